// The program `pipebot`: finds the command and ends with its exit code. No logic of its own.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { systemClock } from '../clock.ts';
import { HOOKS_USAGE } from '../text/hooks.ts';
import { readEnvironment } from './environment.ts';
import { runHooks } from './hooks.ts';
import type { Command } from './terminal.ts';

const COMMANDS: ReadonlyMap<string, Command> = new Map([['hooks', runHooks]]);

const print = (line: string) => void process.stdout.write(`${line}\n`);
const note = (line: string) => void process.stderr.write(`${line}\n`);

function explain(write: (line: string) => void): void {
  for (const line of ['Usage:', ...HOOKS_USAGE.map((usage) => `  ${usage}`.trimEnd())]) write(line);
}

async function run([name, ...words]: readonly string[]): Promise<number> {
  if (name === undefined || ['help', '--help', '-h'].includes(name)) {
    explain(print);
    return name === undefined ? 2 : 0;
  }
  if (words.includes('--help') || words.includes('-h')) {
    explain(print);
    return 0;
  }
  const command = COMMANDS.get(name);
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
  return command(words, { environment: environment.value, readFile, clock: systemClock, print, note });
}

process.exitCode = await run(process.argv.slice(2));
