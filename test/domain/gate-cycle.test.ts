import { describe, expect, it } from 'vitest';
import type { BaseAssessment } from '../../src/domain/gate.ts';
import { findGateCycle } from '../../src/domain/gate-cycle.ts';
import { type Base, DEFAULT_GATE_POLICY, type Service } from '../../src/domain/service.ts';
import { buildOf } from '../support/build-of.ts';

const where = { organization: 'contoso', project: 'Shop', branch: 'refs/heads/main' };

function baseOf(definitionId: number, place: Partial<Base['definition']> = {}): Base {
  return { name: `base-${definitionId}`, definition: { ...where, definitionId, ...place } };
}

/** A service of that name: what builds it, and the definitions of its bases. */
function service(name: string, build: number | undefined, ...bases: number[]): Service {
  return {
    ...{ name, aliases: [], bases: bases.map((id) => baseOf(id)), fallbackBranches: [] },
    ...(build === undefined ? {} : { build: { ...where, definitionId: build } }),
    policy: DEFAULT_GATE_POLICY,
  };
}

function cycleOf(services: readonly Service[], name = 'a') {
  const asked = services.find((each) => each.name === name);
  if (!asked) throw new Error(name);
  return findGateCycle({ services }, asked, { assessments: [] });
}

describe('bases that lead back to the service', () => {
  it.each<[string, Service[], { base: string; services: string[] } | undefined]>([
    ['none: the base is built by nobody', [service('a', 1, 2)], undefined],
    ['none: a chain has an end', [service('a', 1, 2), service('b', 2, 3)], undefined],
    ['its own build is its base', [service('a', 1, 2, 1)], { base: 'base-1', services: ['a'] }],
    ['two', [service('a', 1, 2), service('b', 2, 1)], { base: 'base-2', services: ['a', 'b'] }],
    [
      'three, over the second base',
      [service('a', 1, 9, 2), service('b', 2, 3), service('c', 3, 8, 1)],
      { base: 'base-2', services: ['a', 'b', 'c'] },
    ],
    [
      'none: others wait for each other, it does not',
      [service('a', 1, 2), service('b', 2, 3), service('c', 3, 2)],
      undefined,
    ],
    [
      'none: without a build of its own nobody waits for it',
      [service('a', undefined, 2), service('b', 2, 1)],
      undefined,
    ],
  ])('%s', (_case, services, expected) => {
    expect(cycleOf(services)).toEqual(expected);
  });

  it('count by project and organisation too', () => {
    const b = { ...service('b', 2), bases: [baseOf(1, { project: 'Other' })] };
    expect(cycleOf([service('a', 1, 2), b])).toBeUndefined();
    const same = { ...service('b', 2), bases: [baseOf(1, { project: 'SHOP' })] };
    expect(cycleOf([service('a', 1, 2), same])).toBeDefined();
  });

  it('are found among thousands of services without looking twice', () => {
    const chain = Array.from({ length: 2_000 }, (_, at) => service(`s${at}`, at + 1, at + 2));
    const begun = performance.now();
    expect(cycleOf([...chain, service('end', 2_001, 1)], 's0')?.services).toHaveLength(2_001);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });
});

describe('a run that asks for its own base', () => {
  const asked = service('a', 1, 2);
  const running = buildOf({ id: 77, status: 'inProgress' });
  const assessed = (readiness: BaseAssessment['readiness'], rest: Partial<BaseAssessment> = {}) => ({
    ...{ base: baseOf(2), branch: where.branch, skippedBranches: [], readiness, ...rest },
  });
  const cycle = (assessment: BaseAssessment, buildId?: number, of = asked) =>
    findGateCycle(
      { services: [of] },
      of,
      buildId === undefined ? { assessments: [assessment] } : { buildId, assessments: [assessment] },
    );
  const unknown = { status: 'unknown', reason: 'unknown' } as const;

  it.each<[string, BaseAssessment]>([
    ['as the one that runs', assessed({ status: 'running', reason: 'base-running', build: running })],
    [
      'as the one that runs while the one before answers',
      assessed({
        status: 'ready',
        reason: 'previous-succeeded',
        build: buildOf({ id: 1 }),
        runningBuild: running,
      }),
    ],
    ['as one of the commit', assessed(unknown, { commitBuilds: [running] })],
    [
      'as the last that was known',
      assessed(unknown, {
        failure: {
          code: 'azure-unavailable',
          lastKnown: { status: 'running', reason: 'base-running', build: running },
        },
      }),
    ],
  ])('is found %s', (_case, assessment) => {
    expect(cycle(assessment, 77)).toEqual({ base: 'base-2', services: ['a'] });
    expect(cycle(assessment, 78)).toBeUndefined();
    expect(cycle(assessment)).toBeUndefined();
  });

  it('does not run any more when it has ended: a release names the run whose files it ships', () => {
    const ended = buildOf({ id: 77 });
    expect(cycle(assessed({ status: 'ready', reason: 'base-succeeded', build: ended }), 77)).toBeUndefined();
    expect(cycle(assessed(unknown, { commitBuilds: [ended] }), 77)).toBeUndefined();
  });

  it('is not one of the same number in another organisation', () => {
    const elsewhere = { ...asked, build: { ...where, organization: 'fabrikam', definitionId: 1 } };
    const assessment = assessed({ status: 'running', reason: 'base-running', build: running });
    expect(cycle(assessment, 77, elsewhere)).toBeUndefined();
  });
});
