import type { Node } from 'web-tree-sitter';
import type { ParsedFile } from '../syntax/parser.ts';
import { FunctionBuilder } from './builder.ts';
import { childrenOf, declare, defineTopLevel, eachTopLevel, spanOf, specifiedType } from './declarations.ts';
import { ExpressionLowering } from './expressions.ts';
import { MacroNotes } from './macros.ts';
import type { FunctionModel, FunctionReference, Program } from './model.ts';
import { parameterVariables, Statements } from './statements.ts';
import { TypeTable } from './types.ts';

interface Definition {
  readonly name: string;
  readonly node: Node;
  readonly declarator: Node;
  readonly nameNode: Node;
  readonly mentioned: ReadonlySet<string>;
}

/** Which functions are lowered: those of interest, what they call and what calls them, to this many steps. */
const CLOSURE_STEPS = 6;
/** A function with more source than this (UTF-16 units) is a table or generated code; it is reported, not analysed. */
const MAX_FUNCTION_LENGTH = 200_000;

/**
 * Lowers what matters of a parsed file to plain data; the tree may be let go afterwards.
 * @param isOfInterest tells for a name called in a body whether it makes the calling function worth lowering.
 */
export function lowerProgram(parsed: ParsedFile, isOfInterest: (callee: string) => boolean): Program {
  const types = new TypeTable();
  const definitions = new Map<string, Definition>();
  const references: FunctionReference[] = [];
  const macros = new Set<string>();
  const enumerators = new Set<string>();
  eachTopLevel(parsed.root, node => {
    defineTopLevel(node, types);
    collectEnumerators(node, parsed.masked, enumerators);
    if (node.type === 'function_definition') {
      const definition = definitionOf(node, parsed);
      // Headers are read behind the file: its own definition comes first.
      if (definition && !definitions.has(definition.name)) definitions.set(definition.name, definition);
    } else if (node.type === 'declaration') collectTables(node, references);
    else if (node.type === 'preproc_function_def') macros.add(node.childForFieldName('name')?.text ?? '');
  });
  const callers = callersOf(definitions);
  const wanted = closure(definitions, callers, isOfInterest);
  const notes = new MacroNotes(parsed.notes);
  const functions = new Map<string, FunctionModel>();
  const skipped: { name: string; span: { start: number; end: number }; reason?: string }[] = [];
  for (const definition of definitions.values()) {
    const span = spanOf(definition.node);
    if (!wanted.has(definition.name)) skipped.push({ name: definition.name, span });
    else if (span.end - span.start > MAX_FUNCTION_LENGTH)
      skipped.push({ name: definition.name, span, reason: 'the function is too long' });
    else functions.set(definition.name, lowerFunction(definition, types, notes, parsed.text));
  }
  return { text: parsed.text, functions, macros, skipped, references, enumerators, callers };
}

/** Walks only the items that have an enum in them: the walk costs as much as half of the parse. */
function collectEnumerators(item: Node, masked: string, names: Set<string>): void {
  if (!/\benum\b/.test(masked.slice(item.startIndex, item.endIndex))) return;
  for (const enumerator of item.descendantsOfType('enumerator')) {
    const name = enumerator?.childForFieldName('name')?.text;
    if (name !== undefined) names.add(name);
  }
}

function definitionOf(node: Node, parsed: ParsedFile): Definition | undefined {
  const declaratorNode = node.childForFieldName('declarator');
  const declared = declaratorNode && declare(declaratorNode, { kind: 'void' });
  if (!declared?.function || !node.childForFieldName('body')) return;
  const body = parsed.masked.slice(node.startIndex, node.endIndex);
  const mentioned = new Set(body.match(/[A-Za-z_]\w*/g) ?? []);
  mentioned.delete(declared.name);
  return { name: declared.name, node, declarator: declared.function, nameNode: declared.node, mentioned };
}

function callersOf(definitions: ReadonlyMap<string, Definition>): Map<string, string[]> {
  const callers = new Map<string, string[]>();
  for (const definition of definitions.values())
    for (const name of definition.mentioned) {
      if (!definitions.has(name)) continue;
      const list = callers.get(name);
      if (list) list.push(definition.name);
      else callers.set(name, [definition.name]);
    }
  return callers;
}

function closure(
  definitions: ReadonlyMap<string, Definition>,
  callers: ReadonlyMap<string, readonly string[]>,
  isOfInterest: (callee: string) => boolean,
): Set<string> {
  const wanted = new Set<string>();
  for (const definition of definitions.values())
    if ([...definition.mentioned].some(isOfInterest)) wanted.add(definition.name);
  const grow = (from: Iterable<string>, next: (name: string) => Iterable<string>): void => {
    let edge = [...from];
    for (let step = 0; step < CLOSURE_STEPS && edge.length > 0; step++) {
      const found = edge
        .flatMap(name => [...next(name)])
        .filter(name => definitions.has(name) && !wanted.has(name));
      for (const name of found) wanted.add(name);
      edge = [...new Set(found)];
    }
  };
  grow(wanted, name => callers.get(name) ?? []);
  grow(wanted, name => definitions.get(name)!.mentioned);
  return wanted;
}

function lowerFunction(
  definition: Definition,
  types: TypeTable,
  notes: MacroNotes,
  text: string,
): FunctionModel {
  const builder = new FunctionBuilder(text, types);
  const expressions = new ExpressionLowering(builder);
  const statements = new Statements(builder, expressions, notes);
  const parameters = parameterVariables(builder, definition.declarator);
  const span = spanOf(definition.node);
  const end = { start: span.end - 1, end: span.end };
  const entry = builder.current;
  statements.statement(definition.node.childForFieldName('body')!);
  builder.finish({ kind: 'return', value: undefined, span: end });
  builder.resolveGotos();
  const specified = specifiedType(definition.node, types);
  const declared = declare(definition.node.childForFieldName('declarator')!, specified);
  return {
    name: definition.name,
    span,
    nameSpan: spanOf(definition.nameNode),
    isStatic: childrenOf(definition.node).some(
      child => child.type === 'storage_class_specifier' && child.text === 'static',
    ),
    parameters,
    returnType: declared?.type.kind === 'function' ? declared.type.returns : specified,
    entry,
    blocks: builder.blocks,
  };
}

/** Records `.member = function` of a global initialiser. */
function collectTables(declaration: Node, references: FunctionReference[]): void {
  const specifier = declaration.childForFieldName('type');
  const table =
    specifier?.type === 'struct_specifier' ? specifier.childForFieldName('name')?.text : undefined;
  for (const declarator of declaration.childrenForFieldName('declarator')) {
    const value = declarator?.type === 'init_declarator' ? declarator.childForFieldName('value') : null;
    const variable = declarator?.childForFieldName('declarator')?.text;
    if (value?.type === 'initializer_list') collectPairs(value, { table, variable }, references);
  }
}

function collectPairs(
  list: Node,
  { table, variable }: { readonly table?: string; readonly variable?: string },
  references: FunctionReference[],
): void {
  for (const item of childrenOf(list)) {
    const value = item.type === 'initializer_pair' ? item.childForFieldName('value') : item;
    if (value?.type === 'initializer_list') collectPairs(value, {}, references);
    else if (value?.type === 'identifier') {
      const designator = item.childForFieldName('designator');
      const member = designator ? childrenOf(designator)[0]?.text : undefined;
      references.push({
        function: value.text,
        table: table && `struct ${table}`,
        variable,
        member,
        span: spanOf(value),
      });
    }
  }
}
