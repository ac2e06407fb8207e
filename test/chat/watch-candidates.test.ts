// What "watch" takes under a name: the same branch that "status" speaks of, and only the configured repository.
import { describe, expect, it } from 'vitest';
import { candidatesOf, chooseCandidate } from '../../src/chat/watch-candidates.ts';
import type { Build } from '../../src/domain/build.ts';
import { DEFAULT_GATE_POLICY, type Named } from '../../src/domain/service.ts';
import type { BuildsTarget } from '../../src/usecases/ports.ts';
import { buildOf, DAWN } from '../support/build-of.ts';

const where = { organization: 'contoso', project: 'Shop' };
const MAIN = 'refs/heads/main';
const DEVELOP = 'refs/heads/develop';
const TAX = 'refs/heads/feature/tax';
const base = { name: 'python-base', definition: { ...where, definitionId: 183, branch: DEVELOP } };
const payments: Named = {
  kind: 'service',
  service: {
    ...{ name: 'payments', aliases: [], bases: [base], fallbackBranches: [MAIN] },
    ...{ build: { ...where, definitionId: 184, branch: TAX }, policy: DEFAULT_GATE_POLICY },
  },
};

/** What is chosen when these are all the builds there are. */
async function choose(builds: readonly Build[], named: Named = payments) {
  const targets: BuildsTarget[] = [];
  const latest = async (target: BuildsTarget) => {
    targets.push(target);
    const found = builds.filter(
      ({ branch, definitionId }) => branch === target.branch && target.definitionIds.includes(definitionId),
    );
    return { builds: found, observedAt: DAWN, readAt: DAWN, begunAt: DAWN };
  };
  const candidates = candidatesOf({ named }, undefined).filter(({ role }) => role === 'base');
  const chosen = await chooseCandidate({ observer: { latest } }, named, candidates);
  return { branch: chosen?.definition.branch, ids: chosen?.builds.map(({ id }) => id), targets };
}

describe('a watched base', () => {
  it.each<[string, Build[], string]>([
    ['has a build on the branch of the service', [buildOf({ id: 1, branch: TAX, result: 'failed' })], TAX],
    ['runs on a fallback branch', [buildOf({ id: 1, branch: MAIN, status: 'inProgress' })], MAIN],
    [
      'was only canceled on the branch of the service',
      [buildOf({ id: 2, branch: TAX, result: 'canceled' }), buildOf({ id: 1, result: 'succeeded' })],
      DEVELOP,
    ],
    ['was never built', [], DEVELOP],
  ])('that %s is watched on the branch that answers', async (_case, builds, branch) => {
    expect((await choose(builds)).branch).toBe(branch);
  });

  it('is read, and followed, in the configured repository only', async () => {
    const definition = { ...base.definition, repositoryId: 'contoso/payments' };
    const { targets, ids } = await choose(
      [
        buildOf({ id: 2, status: 'inProgress', repositoryId: 'contoso/other' }),
        buildOf({ id: 1, result: 'succeeded', repositoryId: 'Contoso/Payments' }),
      ],
      { kind: 'base', base: { ...base, definition } },
    );
    expect(ids).toEqual([1]);
    expect(targets).toMatchObject([{ repositoryIds: { 183: 'contoso/payments' }, branch: DEVELOP }]);
  });
});
