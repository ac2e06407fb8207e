// Which organisation a PlanUrl names, and that nothing else than its few right spellings names any.
import { describe, expect, it } from 'vitest';
import { findOrganization } from '../../src/domain/plan-url.ts';
import { seededRandom } from '../support/generated-history.ts';
import {
  CLOUD,
  GOOD,
  HOSTILE_IN_THE_CLOUD,
  hostilePlanUrls,
  ORGANIZATIONS,
} from '../support/hostile-plan-urls.ts';
import { mutated, respelled } from '../support/mutated-plan-urls.ts';
import { organizationKey } from '../support/plan-url-oracle.ts';

const HOSTILE = [...hostilePlanUrls(CLOUD), ...HOSTILE_IN_THE_CLOUD];
const SEEDS = [...GOOD, ...HOSTILE].map(([planUrl]) => planUrl) as [string, ...string[]];

const found = (planUrl: string, organizations: readonly { name: string; url: string }[] = ORGANIZATIONS) =>
  findOrganization(planUrl, organizations)?.name;

describe('a PlanUrl that is right', () => {
  it.each(GOOD)('%j is of %s', (planUrl, organization) => {
    expect(found(planUrl)).toBe(organization);
    expect(organizationKey(planUrl)).toBe(keyOf(organization));
  });

  it('is found among many, and only there', () => {
    const many = Array.from({ length: 300 }, (_, n) => ({
      name: `o${n}`,
      url: `https://dev.azure.com/o${n}`,
    }));
    expect(found('https://dev.azure.com/o299/', many)).toBe('o299');
    expect(found('https://dev.azure.com/o300/', many)).toBeUndefined();
    expect(found('https://dev.azure.com/o1/', [])).toBeUndefined();
  });
});

describe('a PlanUrl that is wrong', () => {
  it('is known in more than sixty forms, each once', () => {
    expect(HOSTILE.length).toBeGreaterThanOrEqual(150);
    expect(new Set(HOSTILE.map(([planUrl]) => planUrl)).size).toBe(HOSTILE.length);
  });

  it.each(HOSTILE.map(([planUrl, reason]) => [reason, planUrl] as const))('%s', (_, planUrl) => {
    expect(found(planUrl)).toBeUndefined();
    expect(ORGANIZATIONS.map(({ url }) => organizationKey(url))).not.toContain(
      organizationKey(planUrl) ?? '',
    );
  });
});

describe('an address that no configuration should have', () => {
  it.each([
    ['in the clear, though not on loopback', 'http://dev.azure.com/contoso'],
    ['of another protocol', 'ftp://dev.azure.com/contoso'],
    ['no address at all', 'contoso'],
    ['with a slash within a segment', 'https://tfs.example.com/tfs%2fcontoso'],
    ['with broken escapes', 'https://tfs.example.com/100%'],
    ['with an empty segment', 'https://tfs.example.com/tfs//contoso'],
  ])('is nobody: %s', (_, url) => {
    expect(found(url, [{ name: 'x', url }])).toBeUndefined();
    expect(found('https://tfs.example.com/tfs/contoso', [{ name: 'x', url }])).toBeUndefined();
  });

  it('is compared as it is meant, when it has needless escapes', () => {
    const odd = [{ name: 'x', url: 'https://tfs.example.com/%74fs/Main/' }];
    expect(found('https://tfs.example.com/tfs/main', odd)).toBe('x');
    expect(found('https://tfs.example.com/%74fs/Main/', odd)).toBeUndefined();
  });
});

it('accepts exactly what denotes the organisation, whatever is done to an address', () => {
  const random = seededRandom(20_260_101);
  let accepted = 0;
  for (let index = 0; index < 60_000; index++) {
    const planUrl = index % 10 === 0 ? respelled(random, pickGood(random)) : mutated(random, SEEDS);
    const name = found(planUrl);
    const key = organizationKey(planUrl);
    const denoted = ORGANIZATIONS.find(({ url }) => organizationKey(url) === key)?.name;
    if (name !== denoted) expect.fail(`${JSON.stringify(planUrl)} was ${name}, and denotes ${denoted}`);
    if (name !== undefined) accepted++;
  }
  expect(accepted).toBeGreaterThan(6_000);
});

function pickGood(random: () => number): string {
  return GOOD[Math.floor(random() * GOOD.length)]?.[0] ?? '';
}

function keyOf(name: string): string | undefined {
  return organizationKey(ORGANIZATIONS.find((organization) => organization.name === name)?.url ?? '');
}
