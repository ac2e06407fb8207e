// Runs `pipebot gate` for tests: in this process on a quick clock, or as a process of its own.
import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { runGate } from '../../src/cli/gate.ts';
import type { CommandContext } from '../../src/cli/terminal.ts';
import { createQuickClock } from '../support/quick-clock.ts';

export interface Outcome {
  readonly code: number | null;
  readonly printed: readonly string[];
  readonly noted: readonly string[];
}

export type Environment = Readonly<Record<string, string | undefined>>;

/** A pipeline's minutes pass in seconds. */
const SPEED = 100;

export async function gateHere(
  line: string,
  environment: Environment,
  context: Partial<CommandContext> = {},
): Promise<Outcome> {
  const [printed, noted]: [string[], string[]] = [[], []];
  const code = await runGate(wordsOf(line), {
    environment,
    readFile: () => '',
    clock: createQuickClock(SPEED),
    print: (text) => void printed.push(text),
    note: (text) => void noted.push(text),
    ...context,
  });
  expect([printed, noted].join()).not.toMatch(/canary|stand-in-pat|undefined|NaN|\[object/);
  return { code, printed, noted };
}

const BIN = fileURLToPath(new URL('../../bin/pipebot.mjs', import.meta.url));

export interface GateProcess {
  readonly child: ChildProcess;
  readonly outcome: Promise<Outcome>;
}

export function spawnGate(
  line: string,
  environment: Environment,
  options: { readonly cwd?: string; readonly through?: readonly string[] } = {},
): GateProcess {
  const [program = process.execPath, ...before] = options.through ?? [];
  const words = [...before, ...(options.through ? [process.execPath] : []), BIN, 'gate', ...wordsOf(line)];
  const child = spawn(program, words, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { PATH: process.env['PATH'], ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('close', (code) => resolve(code)));
  const lines = (output: string) => output.split('\n').filter((entry) => entry !== '');
  const outcome = Promise.all([text(child.stdout), text(child.stderr), ended]).then(
    ([printed, noted, code]) => ({ code, printed: lines(printed), noted: lines(noted) }),
  );
  return { child, outcome };
}

export function wordsOf(line: string): string[] {
  return line
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => word.replaceAll('~', ' '));
}
