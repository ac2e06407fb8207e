// Fuzz of the reader of PlanUrls: hand-made and mutated ones against an oracle that was written apart from it, and a part
// of them over HTTP, where whoever is spoken to is really spoken to, by the adapter that the program itself uses.
import { createPlans } from '../../src/azure-devops/plans.ts';
import { systemClock } from '../../src/clock.ts';
import { findOrganization } from '../../src/domain/plan-url.ts';
import { pick, seededRandom } from '../../test/support/generated-history.ts';
import {
  CLOUD,
  GOOD,
  HOSTILE_IN_THE_CLOUD,
  hostilePlanUrls,
  ORGANIZATIONS,
} from '../../test/support/hostile-plan-urls.ts';
import { mutated, respelled } from '../../test/support/mutated-plan-urls.ts';
import { organizationKey } from '../../test/support/plan-url-oracle.ts';
import { figure, progress } from '../bench/figures.ts';
import type { FuzzOptions } from './fuzz-options.ts';
import { exchangePlanUrls, type TellStarted } from './plan-url-exchange.ts';

const PROGRESS_EVERY = 100_000;
const MOST_SENT_OF_A_KIND = 3_000;
const MOST_REPORTED = 10;

type PlanUrls = readonly [string, ...string[]];
const RIGHT = GOOD.map(([planUrl]) => planUrl) as [string, ...string[]];
const WRONG = [...hostilePlanUrls(CLOUD), ...HOSTILE_IN_THE_CLOUD].map(([planUrl]) => planUrl);
const SEEDS: PlanUrls = [...RIGHT, ...WRONG];
const KEYS = new Map(ORGANIZATIONS.map(({ name, url }) => [organizationKey(url), name] as const));

/** True when exactly those are accepted that denote a configured organisation, and no credential went elsewhere. */
export async function fuzzPlanUrl({ count, firstSeed }: FuzzOptions): Promise<boolean> {
  const reading = readMany(count, firstSeed);
  const speaker = createSpeaker();
  const exchange = await exchangePlanUrls({
    tell: speaker.tell,
    random: seededRandom(firstSeed),
    right: [...RIGHT, ...reading.accepted],
    wrong: [...WRONG, ...reading.refused],
  });
  speaker.close();
  process.stderr.write('\n');
  console.log(`seed ${firstSeed}`);
  const results = [
    figure('plan-urls', count, { unit: 'mutated' }),
    figure('hand-made', SEEDS.length, { unit: `addresses, ${WRONG.length} of them wrong` }),
    figure('accepted', reading.acceptedCount, {
      unit: `(${((100 * reading.acceptedCount) / count).toFixed(1)} %)`,
    }),
    figure('accepted-elsewhere', reading.elsewhere, { unit: 'addresses', atMost: 0 }),
    figure('hand-made-wrong-accepted', WRONG.filter((one) => find(one)).length, {
      unit: 'addresses',
      atMost: 0,
    }),
    figure('right-refused', reading.withheld + GOOD.filter(([one, name]) => find(one) !== name).length, {
      unit: 'addresses',
      atMost: 0,
    }),
    figure('thrown', reading.thrown, { unit: 'errors', atMost: 0 }),
    figure('http-requests', exchange.asked, { unit: 'sent' }),
    figure('http-accepted', exchange.accepted, { unit: 'requests' }),
    figure('told-at-home', exchange.toldAtHome, { unit: 'events' }),
    figure('accepted-not-told', exchange.accepted - exchange.toldAtHome, { unit: 'events', atMost: 0 }),
    figure('told-wrong-organization', exchange.toldWrongly, { unit: 'events', atMost: 0 }),
    figure('http-right-refused', exchange.rightRefused, { unit: 'requests', atMost: 0 }),
    figure('requests-elsewhere', exchange.elsewhere, { unit: 'requests', atMost: 0 }),
    figure('credentials-elsewhere', exchange.credentialsElsewhere, { unit: 'tokens', atMost: 0 }),
    figure('http-broken', exchange.broken, { unit: 'answers 5xx', atMost: 0 }),
    // Without these the server elsewhere would only be one that nobody can reach.
    figure('naive-reader-elsewhere', exchange.naiveElsewhere, {
      unit: 'requests of a reader that uses PlanUrl',
    }),
    exchange.naiveElsewhere > 0 && exchange.toldAtHome > 0 && reading.acceptedCount > 0,
  ];
  return results.every((isGood) => isGood);
}

/** The real adapter; one for each address, since here organisations become known as they are asked for. */
function createSpeaker(): { readonly tell: TellStarted; close(): void } {
  const speakers = new Map<string, ReturnType<typeof createPlans>>();
  return {
    tell: ({ organizationUrl, target, token }) => {
      const { organization: name } = target;
      const plans =
        speakers.get(name) ??
        createPlans({ organizations: [{ name, url: organizationUrl }], clock: systemClock });
      speakers.set(name, plans);
      return plans.startTask(target, token);
    },
    close: () => {
      for (const plans of speakers.values()) plans.close();
    },
  };
}

function find(planUrl: string): string | undefined {
  return findOrganization(planUrl, ORGANIZATIONS)?.name;
}

interface Reading {
  readonly accepted: readonly string[];
  readonly refused: readonly string[];
  readonly acceptedCount: number;
  readonly elsewhere: number;
  readonly withheld: number;
  readonly thrown: number;
}

function readMany(count: number, firstSeed: number): Reading {
  const accepted = new Set<string>();
  const refused = new Set<string>();
  const tally = { acceptedCount: 0, elsewhere: 0, withheld: 0, thrown: 0 };
  const report = (what: string, planUrl: string, seed: number, times: number) => {
    const again = `npm run fuzz -- plan-url --count 1 --seed ${seed}`;
    if (times <= MOST_REPORTED) console.error(`\n${what}: ${JSON.stringify(planUrl)}; again: ${again}`);
  };
  for (let index = 0; index < count; index++) {
    const seed = (firstSeed + index) >>> 0;
    const planUrl = planUrlOf(seed);
    try {
      const name = find(planUrl);
      const denoted = KEYS.get(organizationKey(planUrl) ?? '');
      const kept = name === undefined ? refused : accepted;
      if (name !== undefined) tally.acceptedCount++;
      if (name !== undefined && name !== denoted)
        report('accepted elsewhere', planUrl, seed, ++tally.elsewhere);
      if (name === undefined && denoted !== undefined)
        report('right, and refused', planUrl, seed, ++tally.withheld);
      if (kept.size < MOST_SENT_OF_A_KIND) kept.add(planUrl);
    } catch (error) {
      report(String(error), planUrl, seed, ++tally.thrown);
    }
    if ((index + 1) % PROGRESS_EVERY === 0) progress(`${index + 1} of ${count} addresses`);
  }
  return { accepted: [...accepted], refused: [...refused], ...tally };
}

function planUrlOf(seed: number): string {
  const random = seededRandom(seed);
  return random() < 0.1 ? respelled(random, pick(random, RIGHT)) : mutated(random, SEEDS);
}
