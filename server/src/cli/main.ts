#!/usr/bin/env node
import { Command, CommanderError, Option } from 'commander';
import { version } from '../../../package.json';
import { ERAS } from '../semantics/eras.ts';
import { ITERATOR_KINDS } from '../semantics/holds.ts';
import { audit } from './audit.ts';
import { check } from './check.ts';
import { type ExplainFlags, explain } from './explain.ts';
import { EXIT, reasonOf } from './failure.ts';
import { lsp } from './lsp.ts';
import { addChangeOptions, addRunOptions, type RunFlags } from './options.ts';
import { type IndexFlags, index } from './treeIndex.ts';

/** Runs one command line; returns the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  let status: number = EXIT.clean;
  const program = new Command('pinsight')
    .description('Follows page pins and references through Linux kernel C.')
    .version(version)
    .showSuggestionAfterError(true);
  // Set before the commands are added, which inherit it.
  program.exitOverride().configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, 'pinsight: ').replace(/\n\(/, ' (')),
  });
  addChangeOptions(addRunOptions(program.command('check [path...]').description('report findings'))).action(
    async (paths: string[], flags: RunFlags) => {
      status = await check({ paths, flags, defaults: {}, sites: false });
    },
  );
  addRunOptions(
    program.command('audit [path...]').description('list every extraction, its mode and where its pages go'),
  ).action(async (paths: string[], flags: RunFlags) => {
    status = await audit(paths, flags);
  });
  program
    .command('explain <name>')
    .description('explain a rule, or what a kernel function does to its pages')
    .addOption(new Option('--era <era>', 'generation of the extraction API').choices(ERAS))
    .addOption(new Option('--iter <kind>', 'kind of the iterator').choices(ITERATOR_KINDS))
    .addOption(new Option('--direction <direction>', 'of the iterator').choices(['source', 'dest']))
    .action(async (name: string, flags: ExplainFlags) => {
      status = await explain(name, flags);
    });
  program
    .command('index [path]')
    .description('bring the index of a kernel tree up to date: what its files let each other see')
    .option('--remove', 'take the index away')
    .action(async (path: string | undefined, flags: IndexFlags) => {
      status = await index(path ?? '.', flags);
    });
  program
    .command('lsp')
    .description('run the language server')
    .requiredOption('--stdio', 'speak over standard input and output')
    .action(async () => {
      status = await lsp();
    });
  try {
    await program.parseAsync(argv);
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.clean : EXIT.failed;
    process.stderr.write(`pinsight: ${reasonOf(error)}\n`);
    return EXIT.failed;
  }
  return status;
}

// A reader that has seen enough closes the pipe.
process.stdout.on('error', () => {});
void main(process.argv).then(status => {
  process.exitCode = status;
});
