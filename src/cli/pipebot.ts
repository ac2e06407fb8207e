// The program `pipebot`: finds the command and ends with its exit code. No logic of its own.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { systemClock } from '../clock.ts';
import { HOOKS_USAGE } from '../text/hooks.ts';
import { KEYS_USAGE } from '../text/keys.ts';
import { readEnvironment } from './environment.ts';
import { runGate } from './gate.ts';
import { GATE_USAGE, gateHelp } from './gate-options.ts';
import { runHooks } from './hooks.ts';
import { runKeys } from './keys.ts';
import { type Command, type CommandContext, lineRewriter } from './terminal.ts';

interface Entry {
  readonly run: Command;
  readonly usage: readonly string[];
  /** What `--help` says; the usage when not given. */
  readonly help?: () => readonly string[];
  /**
   * Whether a file `.env` in the folder counts. Not where the folder is somebody's checkout: a file in it could send
   * the key of the pipeline elsewhere.
   */
  readonly readsFile: boolean;
}

const COMMANDS: ReadonlyMap<string, Entry> = new Map([
  ['gate', { run: runGate, usage: GATE_USAGE, help: gateHelp, readsFile: false }],
  ['hooks', { run: runHooks, usage: HOOKS_USAGE, readsFile: true }],
  ['keys', { run: runKeys, usage: KEYS_USAGE, readsFile: true }],
]);

const print = (line: string) => void process.stdout.write(`${line}\n`);
const note = (line: string) => void process.stderr.write(`${line}\n`);

function usageLines(entries: Iterable<Entry>): string[] {
  const usages = [...entries].map(({ usage }) => usage.map((line) => `  ${line}`.trimEnd()));
  return ['Usage:', ...usages.flatMap((lines, index) => (index === 0 ? lines : ['', ...lines]))];
}

function onInterruption(): AbortSignal {
  const interrupted = new AbortController();
  process.once('SIGINT', () => interrupted.abort());
  return interrupted.signal;
}

function contextOf(environment: CommandContext['environment']): CommandContext {
  const readFile = (path: string) => readFileSync(path, 'utf8');
  const [rewriteOutput, rewriteError] = [process.stdout, process.stderr].map((stream) =>
    lineRewriter(stream, environment),
  );
  return {
    ...{ environment, readFile, clock: systemClock, print, note, interruption: onInterruption },
    ...(rewriteOutput ? { rewriteOutput } : {}),
    ...(rewriteError ? { rewriteError } : {}),
  };
}

async function run([name, ...words]: readonly string[]): Promise<number> {
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    for (const line of usageLines(COMMANDS.values())) print(line);
    return name === undefined ? 2 : 0;
  }
  const entry = COMMANDS.get(name);
  if (!entry) {
    for (const line of [`pipebot has no command ${name.slice(0, 60)}.`, ...usageLines(COMMANDS.values())])
      note(line);
    return 2;
  }
  if (words.includes('--help') || words.includes('-h')) {
    for (const line of entry.help?.() ?? usageLines([entry])) print(line);
    return 0;
  }
  const environment = entry.readsFile ? readEnvironment() : { value: process.env };
  if ('problem' in environment) {
    note(environment.problem);
    return 2;
  }
  return entry.run(words, contextOf(environment.value));
}

process.exitCode = await run(process.argv.slice(2));
