// Fuzz of the gate's verdict: generated histories against rules written apart from the code. A false continue is
// reported with the seed that makes it again.
import { decideGate } from '../../src/domain/gate.ts';
import { assessReadiness } from '../../src/domain/readiness.ts';
import { DAWN } from '../../test/support/build-of.ts';
import { randomHistory, randomPolicy, seededRandom } from '../../test/support/generated-history.ts';
import { mayContinue } from '../../test/support/verdict-oracle.ts';
import type { FuzzOptions } from './fuzz-options.ts';

const NOW = DAWN + 3_600_000;
const PROGRESS_EVERY = 100_000;
const base = {
  name: 'base',
  definition: { organization: 'o', project: 'p', definitionId: 1, branch: 'refs/heads/main' },
};

/** True when no gate may continue against the rules, and none is held against them. */
export async function fuzzVerdict({ count, firstSeed }: FuzzOptions): Promise<boolean> {
  let continues = 0;
  let falseContinues = 0;
  let falseStops = 0;
  for (let index = 0; index < count; index++) {
    const seed = (firstSeed + index) >>> 0;
    const verdict = verdictOf(seed);
    if (verdict.isContinue) continues++;
    if (verdict.isContinue && !verdict.isAllowed) report('false continue', seed, ++falseContinues);
    if (!verdict.isContinue && verdict.isAllowed) report('continue withheld', seed, ++falseStops);
    if ((index + 1) % PROGRESS_EVERY === 0) process.stderr.write(`\r${index + 1} of ${count} histories`);
  }
  process.stderr.write('\n');
  console.log(`seed ${firstSeed}`);
  console.log(`histories ${count} generated (goal 1000000)`);
  console.log(`continues ${continues} (${((100 * continues) / count).toFixed(1)} %)`);
  console.log(`false-continues ${falseContinues} (goal 0)`);
  console.log(`withheld-continues ${falseStops} (goal 0)`);
  return falseContinues + falseStops === 0;
}

function verdictOf(seed: number): { isContinue: boolean; isAllowed: boolean } {
  const random = seededRandom(seed);
  const builds = randomHistory(random);
  const policy = randomPolicy(random);
  const readiness = assessReadiness(builds, policy, NOW);
  const assessment = {
    base,
    branch: base.definition.branch,
    skippedBranches: [],
    readiness,
    observedAt: NOW,
  };
  const question = { askedAt: NOW, deadlineAt: NOW + 60_000, settleMs: 0 };
  const { verdict } = decideGate([assessment], question, { policy, now: NOW });
  return { isContinue: verdict === 'continue', isAllowed: mayContinue(builds, policy, NOW) };
}

function report(what: string, seed: number, times: number): void {
  if (times <= 10) console.error(`\n${what}: npm run fuzz -- verdict --count 1 --seed ${seed}`);
}
