import type { Node } from 'web-tree-sitter';
import type { Span } from '../base/text.ts';
import { integerFromKeywords, pointerTo, type Type, type TypeTable, UNKNOWN, VOID } from './types.ts';

export const spanOf = (node: Node): Span => ({ start: node.startIndex, end: node.endIndex });

/** Named children without comments. */
export function childrenOf(node: Node): Node[] {
  return node.namedChildren.filter((child): child is Node => child !== null && child.type !== 'comment');
}

/** A declared name with its type. */
export interface Declared {
  readonly name: string;
  readonly type: Type;
  readonly node: Node;
  /** The function declarator, where the declared thing is a function. */
  readonly function?: Node;
}

/** The type a declaration's specifiers name. Structs with a body are entered into the table on the way. */
export function specifiedType(declaration: Node, types: TypeTable): Type {
  const node = declaration.childForFieldName('type');
  return node ? typeOfSpecifier(node, types) : UNKNOWN;
}

function typeOfSpecifier(node: Node, types: TypeTable): Type {
  switch (node.type) {
    case 'primitive_type':
      if (node.text === 'void') return VOID;
      return integerFromKeywords(node.text) ?? types.named(node.text);
    case 'sized_type_specifier':
      return integerFromKeywords(node.text) ?? UNKNOWN;
    case 'type_identifier':
      return types.named(node.text);
    case 'struct_specifier':
    case 'union_specifier':
      return structType(node, types);
    case 'enum_specifier':
      return { kind: 'integer', bits: 32, signed: false, name: 'enum' };
    default:
      return UNKNOWN;
  }
}

function structType(node: Node, types: TypeTable): Type {
  const keyword = node.type === 'union_specifier' ? 'union' : 'struct';
  const tag = `${keyword} ${node.childForFieldName('name')?.text ?? `@${node.startIndex}`}`;
  const body = node.childForFieldName('body');
  if (body) defineMembers(tag, body, types);
  return { kind: 'struct', tag };
}

function defineMembers(tag: string, body: Node, types: TypeTable): void {
  for (const field of childrenOf(body)) {
    if (field.type.startsWith('preproc_')) {
      defineMembers(tag, field, types);
      continue;
    }
    if (field.type !== 'field_declaration') continue;
    const base = specifiedType(field, types);
    const declarators = field.childrenForFieldName('declarator').filter(child => child !== null);
    if (declarators.length === 0) {
      // An unnamed struct or union: its members are reached through the outer one.
      const type = field.childForFieldName('type');
      const inner = type?.childForFieldName('body');
      if (inner) defineMembers(tag, inner, types);
      if (inner && type?.type === 'union_specifier') types.defineOverlay(tag, overlaidPointers(inner, types));
    }
    for (const declarator of declarators) {
      const declared = declare(declarator, base);
      if (declared) types.defineMember(tag, declared.name, declared.type);
    }
  }
}

/** The members of an unnamed union, where all of them are pointers. */
function overlaidPointers(body: Node, types: TypeTable): string[] {
  const names: string[] = [];
  for (const field of childrenOf(body)) {
    if (field.type === 'comment') continue;
    const base = field.type === 'field_declaration' ? specifiedType(field, types) : UNKNOWN;
    const declarators = field.childrenForFieldName('declarator').filter(child => child !== null);
    const declared = declarators.map(declarator => declare(declarator, base));
    if (declared.length === 0 || declared.some(each => each?.type.kind !== 'pointer')) return [];
    names.push(...declared.map(each => each!.name));
  }
  return names;
}

/** Follows a declarator inwards and builds the type outwards. */
export function declare(declarator: Node, base: Type): Declared | undefined {
  let node: Node | null = declarator;
  let type = base;
  let functionNode: Node | undefined;
  while (node) {
    switch (node.type) {
      case 'identifier':
      case 'field_identifier':
      case 'type_identifier':
        return { name: node.text, type, node, function: functionNode };
      case 'pointer_declarator':
        type = pointerTo(type);
        break;
      case 'array_declarator': {
        const size = node.childForFieldName('size');
        const length = size?.type === 'number_literal' ? Number(size.text) : undefined;
        type = { kind: 'array', of: type, length };
        break;
      }
      case 'function_declarator':
        functionNode ??= node;
        type = { kind: 'function', returns: type };
        break;
      case 'init_declarator':
      case 'parenthesized_declarator':
      case 'attributed_declarator':
        break;
      default:
        return;
    }
    node = node.childForFieldName('declarator') ?? firstDeclarator(node);
  }
  return;
}

function firstDeclarator(node: Node): Node | null {
  return childrenOf(node).find(child => /declarator$|identifier$/.test(child.type)) ?? null;
}

/** The type that a `type_descriptor` (cast, sizeof) writes. */
export function describedType(descriptor: Node, types: TypeTable): Type {
  let type = specifiedType(descriptor, types);
  let declarator = descriptor.childForFieldName('declarator');
  while (declarator) {
    if (declarator.type.includes('pointer')) type = pointerTo(type);
    else if (declarator.type.includes('array')) type = { kind: 'array', of: type, length: undefined };
    else break;
    declarator = declarator.childForFieldName('declarator');
  }
  return type;
}

/** Calls `visit` for each top-level item, through preprocessor arms, linkage blocks and recovered errors. */
export function eachTopLevel(root: Node, visit: (node: Node) => void): void {
  for (const node of childrenOf(root)) {
    if (
      /^preproc_(if|ifdef|elif|else|elifdef)|^linkage_specification$|^declaration_list$|^ERROR$/.test(
        node.type,
      )
    )
      eachTopLevel(node, visit);
    else visit(node);
  }
}

/** Enters what a top-level item declares: typedefs, structs, functions' results, globals. */
export function defineTopLevel(node: Node, types: TypeTable): void {
  if (node.type === 'struct_specifier' || node.type === 'union_specifier') {
    structType(node, types);
    return;
  }
  if (node.type === 'type_definition') {
    const base = specifiedType(node, types);
    for (const declarator of node.childrenForFieldName('declarator')) {
      const declared = declarator && declare(declarator, base);
      if (declared) types.defineTypedef(declared.name, declared.type);
    }
    return;
  }
  if (node.type !== 'function_definition' && node.type !== 'declaration') return;
  const base = specifiedType(node, types);
  for (const declarator of node.childrenForFieldName('declarator')) {
    const declared = declarator && declare(declarator, base);
    if (!declared) continue;
    if (declared.type.kind === 'function') types.defineFunction(declared.name, declared.type.returns);
    else types.defineGlobal(declared.name, declared.type);
  }
}
