// npm run chaos -- kill | checks | instances: kills PipeBot again and again and prints what became of what it owed, one line
// per figure and the seed that makes the run again. Ends with 1 when a promise was broken.
import { parseArgs } from 'node:util';
import { progress } from './bench/figures.ts';
import { printInstancesRun, printKillRun } from './chaos/figures.ts';
import { runInstances } from './chaos/instances-run.ts';
import { runKills } from './chaos/kill-run.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** For kill: how many at least. */
    kills: { type: 'string', default: '1000' },
    /** For instances: how many kills and stops at least. */
    troubles: { type: 'string', default: '40' },
    notifications: { type: 'string', default: '10000' },
    /** For kill: per cent of commits, sends and verdicts whose answer is lost. */
    'lost-answers': { type: 'string', default: '0' },
    /** For kill: server or embedded. */
    database: { type: 'string', default: 'server' },
    seed: { type: 'string' },
    /** So many conversations, and services that are watched and subscribed to in them, each by several. */
    rooms: { type: 'string', default: '60' },
    lines: { type: 'string', default: '20' },
    alarms: { type: 'string', default: '16' },
    /** So many services whose gates pipelines ask, each by several. */
    checked: { type: 'string', default: '8' },
  },
});
const SIZE = {
  ...{ rooms: Number(values.rooms), lines: Number(values.lines), alarms: Number(values.alarms) },
  ...{ watchers: 5, subscribers: 5, callers: 5 },
};

const begunAt = performance.now();
let shownAt = 0;
const [name = ''] = positionals;
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const notifications = Number(values.notifications);
if (name !== 'kill' && name !== 'checks' && name !== 'instances') {
  console.error(
    'Say what is to happen: kill, checks or instances. Example: npm run chaos -- kill --kills 100',
  );
  process.exit(1);
}
console.log(`seed ${seed}`);
const runs = { kill, checks: () => kill({ isForChecksOnly: true }), instances };
process.exit((await runs[name]()) ? 0 : 1);

/** All stories together, or those of the gate alone, which needs fewer kills. */
async function kill({ isForChecksOnly = false } = {}): Promise<boolean> {
  const kills = Number(values.kills);
  const run = await runKills({
    ...SIZE,
    ...{ seed, kills, isForChecksOnly, checked: Number(values.checked) },
    notifications: isForChecksOnly ? 0 : notifications,
    lostAnswers: Number(values['lost-answers']) / 100,
    database: values.database === 'embedded' ? 'embedded' : 'server',
    onProgress: (at) => show(`${at.kills} of ${kills} kills, ${at.told} told, ${at.open} on their way`),
  });
  return printKillRun(run, { kills, checks: 1, notifications: isForChecksOnly ? 0 : notifications });
}

async function instances(): Promise<boolean> {
  const troubles = Number(values.troubles);
  const run = await runInstances({
    ...SIZE,
    ...{ seed, troubles, notifications, checked: 0, isForChecksOnly: false, lostAnswers: 0 },
    onProgress: (at) =>
      show(`${at.troubles} of ${troubles} troubles, ${at.told} told, ${at.open} on their way`),
  });
  return printInstancesRun(run, notifications);
}

/** On a terminal at once, elsewhere every ten seconds. */
function show(text: string): void {
  const now = performance.now();
  if (!process.stderr.isTTY && now - shownAt < 10_000) return;
  shownAt = now;
  progress(`${((now - begunAt) / 1_000).toFixed(0)} s: ${text}`);
}
