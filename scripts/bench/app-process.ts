// The program under measurement, in a process of its own: the real app with the real clock. Tells its parent its
// address, and every second its memory and how late its event loop was.

import { readFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { createApp } from '../../src/app.ts';
import { loadSettings, problemLines } from '../../src/config/settings.ts';
import { createLogger } from '../../src/logger.ts';

export interface AppReport {
  readonly url?: string;
  readonly rssMb?: number;
  /** What is in use after everything that is not has been thrown away; the answer to any message. */
  readonly usedMb?: number;
  /** Lateness of the event loop in the last second, beside the time that the timer itself takes. */
  readonly lagsMs?: { readonly p99: number; readonly max: number };
}

const RESOLUTION_MS = 10;

const settings = loadSettings(process.env, (path) => readFileSync(path, 'utf8'));
if ('problems' in settings) throw new Error(problemLines(settings.problems).join('\n'));
const app = await createApp({
  settings: settings.value,
  logger: createLogger(settings.value.config.logLevel),
});
await app.start();
const tell = (report: AppReport) => process.send?.(report);
tell({ url: app.url });

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
setInterval(() => {
  const late = (nanoseconds: number) => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  tell({
    rssMb: process.memoryUsage.rss() / 2 ** 20,
    lagsMs: { p99: late(delay.percentile(99)), max: late(delay.max) },
  });
  delay.reset();
}, 1_000);
// Only now and then, since it stops everything.
setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;
process.on('message', () => {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  tell({ usedMb: (heapUsed + external) / 2 ** 20 });
});
process.on('disconnect', () => process.exit(0));
