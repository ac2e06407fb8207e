// npm run bench -- <watches|latency|gate|callbacks>: measures the real program between stand-ins and prints one line per figure,
// with its goal, and beside it what the polling script of the beginning would have cost in the same run.
import { parseArgs } from 'node:util';
import { benchCallbacks } from './bench/callbacks.ts';
import { benchGate } from './bench/gate.ts';
import { benchLatency } from './bench/latency.ts';
import { benchWatches } from './bench/watches.ts';

const BENCHES = {
  watches: benchWatches,
  latency: benchLatency,
  gate: benchGate,
  /** The part of `gate` with those who are called back. */
  callbacks: benchCallbacks,
} as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    /** How long the steady part is measured. */
    minutes: { type: 'string', default: '2' },
    /** For watches: how many; for latency: how many builds end; for gate: how many callers are held. */
    count: { type: 'string' },
    /** For gate and callbacks: how many wait to be called back. */
    callers: { type: 'string', default: '5000' },
    database: { type: 'string', default: 'both' },
  },
});
const [name = ''] = positionals;
const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name as keyof typeof BENCHES] : undefined;
if (!bench) {
  console.error(
    'Say what to measure: watches, latency, gate or callbacks. Example: npm run bench -- watches --minutes 2',
  );
  process.exit(1);
}
const isGood = await bench({
  minutes: Number(values.minutes),
  count: values.count === undefined ? undefined : Number(values.count),
  callers: Number(values.callers),
  databases: values.database === 'both' ? ['server', 'embedded'] : [values.database as 'server' | 'embedded'],
});
process.exit(isGood ? 0 : 1);
