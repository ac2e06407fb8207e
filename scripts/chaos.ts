// npm run chaos -- kill | instances: kills PipeBot again and again and prints what became of what it owed, one line
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
    /** For kill: per cent of commits and sends whose answer is lost. */
    'lost-answers': { type: 'string', default: '0' },
    /** For kill: server or embedded. */
    database: { type: 'string', default: 'server' },
    seed: { type: 'string' },
    /** So many conversations, and services that are watched and subscribed to in them, each by several. */
    rooms: { type: 'string', default: '60' },
    lines: { type: 'string', default: '20' },
    alarms: { type: 'string', default: '16' },
  },
});
const SIZE = {
  ...{ rooms: Number(values.rooms), lines: Number(values.lines), alarms: Number(values.alarms) },
  ...{ watchers: 5, subscribers: 5 },
};

const begunAt = performance.now();
let shownAt = 0;
const [name = ''] = positionals;
const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed);
const notifications = Number(values.notifications);
if (name !== 'kill' && name !== 'instances') {
  console.error('Say what is to happen: kill or instances. Example: npm run chaos -- kill --kills 100');
  process.exit(1);
}
console.log(`seed ${seed}`);
process.exit((await (name === 'kill' ? kill() : instances())) ? 0 : 1);

async function kill(): Promise<boolean> {
  const kills = Number(values.kills);
  const run = await runKills({
    ...SIZE,
    ...{ seed, kills, notifications },
    lostAnswers: Number(values['lost-answers']) / 100,
    database: values.database === 'embedded' ? 'embedded' : 'server',
    onProgress: (at) => show(`${at.kills} of ${kills} kills, ${at.told} told, ${at.open} on their way`),
  });
  return printKillRun(run, { kills, notifications });
}

async function instances(): Promise<boolean> {
  const troubles = Number(values.troubles);
  const run = await runInstances({
    ...SIZE,
    ...{ seed, troubles, notifications },
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
