// The program of a chaos run: the real PipeBot, loaded ahead and started on a word from its parent, which dies or
// freezes at a crash point when the environment says so. What it reaches and logs it writes at once, since it may
// not live to do it later.
import { openSync, readFileSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { createApp } from '../../src/app.ts';
import { loadSettings, problemLines } from '../../src/config/settings.ts';
import { CRASH_POINTS, type CrashPoint } from '../../src/crash-points.ts';
import { createLogger } from '../../src/logger.ts';

/** What it says before it freezes; see program.ts. */
const FROZEN = 'frozen';
const { env } = process;
const points = openSync(env['CHAOS_POINTS'] ?? '/dev/null', 'a');
const log = openSync(env['CHAOS_LOG'] ?? '/dev/null', 'a');
const crash = countdown(env['PIPEBOT_CRASH_AT']);
const freeze = countdown(env['PIPEBOT_FREEZE_AT']);

/** `messenger.send:before:3`: the third time that this point is reached. */
function countdown(wish: string | undefined): { readonly point: string; left: number } | undefined {
  const cut = wish?.lastIndexOf(':') ?? -1;
  return wish === undefined || cut < 0
    ? undefined
    : { point: wish.slice(0, cut), left: Number(wish.slice(cut + 1)) };
}

function reach(point: CrashPoint): void {
  writeSync(points, Buffer.of(CRASH_POINTS.indexOf(point)));
  if (crash?.point === point && --crash.left === 0) process.kill(process.pid, 'SIGKILL');
  if (freeze?.point === point && --freeze.left === 0) {
    writeSync(1, `${FROZEN}\n`);
    process.kill(process.pid, 'SIGSTOP');
  }
}

function fail(lines: readonly string[]): never {
  writeSync(log, `${lines.join('\n')}\n`);
  process.exit(1);
}

const settings = loadSettings(env, (path) => readFileSync(path, 'utf8'));
if ('problems' in settings) fail(problemLines(settings.problems));
const { value } = settings;
const logger = createLogger(value.config.logLevel, { write: (line) => void writeSync(log, line) });

process.once('uncaughtException', (error) => fail([`uncaught: ${error.stack}`]));
process.once('unhandledRejection', (error) =>
  fail([`unhandled: ${error instanceof Error ? error.stack : error}`]),
);

// Its parent's end is its own as well.
process.stdin.once('end', () => process.exit(0));
createInterface({ input: process.stdin }).once('line', () => {
  createApp({ settings: value, logger, onCrashPoint: reach })
    .then(async (app) => {
      await app.start();
      process.stdout.write(`${app.url}\n`);
    })
    .catch((error: unknown) => fail([`start failed: ${error instanceof Error ? error.stack : error}`]));
});
