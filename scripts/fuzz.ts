// npm run fuzz -- <verdict|plan-url> [--count 1000000] [--seed 1]: generated cases against rules written apart from the
// code. Prints one line per figure; ends with 1 when one of them misses its goal.
import { parseArgs } from 'node:util';
import { fuzzPlanUrl } from './fuzz/plan-url.ts';
import { fuzzVerdict } from './fuzz/verdict.ts';

const FUZZES = { verdict: fuzzVerdict, 'plan-url': fuzzPlanUrl } as const;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
});
const [name = ''] = positionals;
const fuzz = Object.hasOwn(FUZZES, name) ? FUZZES[name as keyof typeof FUZZES] : undefined;
if (!fuzz) {
  console.error('Say what to fuzz: verdict or plan-url. Example: npm run fuzz -- verdict');
  process.exit(1);
}
const isGood = await fuzz({
  count: Number(values.count),
  firstSeed: values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed),
});
process.exit(isGood ? 0 : 1);
