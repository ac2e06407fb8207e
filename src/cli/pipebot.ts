// The program `pipebot`: finds the command and ends with its exit code. No logic of its own.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { systemClock } from '../clock.ts';
import { HOOKS_USAGE } from '../text/hooks.ts';
import { KEYS_USAGE } from '../text/keys.ts';
import { readEnvironment } from './environment.ts';
import { runHooks } from './hooks.ts';
import { runKeys } from './keys.ts';
import type { Command } from './terminal.ts';

interface Entry {
  readonly run: Command;
  readonly usage: readonly string[];
}

const COMMANDS: ReadonlyMap<string, Entry> = new Map([
  ['hooks', { run: runHooks, usage: HOOKS_USAGE }],
  ['keys', { run: runKeys, usage: KEYS_USAGE }],
]);

const print = (line: string) => void process.stdout.write(`${line}\n`);
const note = (line: string) => void process.stderr.write(`${line}\n`);

/** How one command is called, or all of them. */
function explain(write: (line: string) => void, command?: Entry): void {
  const usages = command ? [command.usage] : [...COMMANDS.values()].map(({ usage }) => usage);
  write('Usage:');
  for (const [index, usage] of usages.entries())
    for (const line of index === 0 ? usage : ['', ...usage]) write(`  ${line}`.trimEnd());
}

async function run([name, ...words]: readonly string[]): Promise<number> {
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    explain(print);
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.get(name);
  if (words.includes('--help') || words.includes('-h')) {
    explain(print, command);
    return 0;
  }
  if (!command) {
    note(`pipebot has no command ${name.slice(0, 60)}.`);
    explain(note);
    return 2;
  }
  const environment = readEnvironment();
  if ('problem' in environment) {
    note(environment.problem);
    return 2;
  }
  const readFile = (path: string) => readFileSync(path, 'utf8');
  return command.run(words, { environment: environment.value, readFile, clock: systemClock, print, note });
}

process.exitCode = await run(process.argv.slice(2));
