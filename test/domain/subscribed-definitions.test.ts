import { describe, expect, it } from 'vitest';
import { DEFAULT_GATE_POLICY, type Service, type ServiceCatalog } from '../../src/domain/service.ts';
import { definitionsBehind, subscribedDefinitions } from '../../src/domain/subscribed-definitions.ts';
import { CATALOG } from '../chat/chat-bench.ts';

function wanted(service: string, branch?: string, catalog: ServiceCatalog = CATALOG): string[] {
  return subscribedDefinitions(catalog, { service, ...(branch === undefined ? {} : { branch }) })
    .map(({ definitionId, branch: at, repositoryId }) =>
      [definitionId, at.replace('refs/heads/', ''), repositoryId]
        .filter((part) => part !== undefined)
        .join(' '),
    )
    .sort();
}

describe('a subscription to', () => {
  it.each<[string, string, string | undefined, string[]]>([
    ['a service is about its build and its bases', 'payments', undefined, ['183 develop', '184 develop']],
    ['a service is so by its other name', 'PAY', undefined, ['183 develop', '184 develop']],
    ['a service with two bases', 'search', undefined, ['183 develop', '186 main', '190 main']],
    ['a service without a build is about its bases', 'docs', undefined, ['183 develop']],
    ['a base is about it alone', 'ml-base', undefined, ['186 main']],
    ['everything', '*', undefined, ['183 develop', '184 develop', '186 main', '190 main']],
    ['a branch, and the bases as they are', 'payments', 'main', ['183 develop', '183 main', '184 main']],
    ['the branch that the base has anyway', 'payments', 'develop', ['183 develop', '184 develop']],
    ['a pattern is looked for on all branches', 'payments', 'release/*', ['183 *', '183 develop', '184 *']],
    ['a full ref', 'ml-base', 'refs/pull/7/merge', ['186 main', '186 refs/pull/7/merge']],
    ['what is gone is about nothing', 'gone', undefined, []],
    ['a name from every object is about nothing', 'constructor', undefined, []],
  ])('%s', (_what, service, branch, expected) => expect(wanted(service, branch)).toEqual(expected));

  it('one repository of a definition reads only that, unless another wants all', () => {
    const [python] = CATALOG.bases;
    if (!python) throw new Error('the catalog has no base');
    const of = (name: string, repositoryId?: string): Service => ({
      ...{ name, aliases: [], bases: [python], fallbackBranches: [], policy: DEFAULT_GATE_POLICY },
      build: { ...python.definition, definitionId: 200, ...(repositoryId ? { repositoryId } : {}) },
    });
    const catalog = { bases: [], services: [of('one', 'repo-1'), of('two', 'repo-1'), of('all')] };
    expect(wanted('one', undefined, catalog)).toContain('200 develop repo-1');
    expect(wanted('*', undefined, { ...catalog, services: catalog.services.slice(0, 2) })).toEqual([
      '200 develop repo-1',
    ]);
    for (const services of [catalog.services, catalog.services.toReversed()]) {
      expect(wanted('*', undefined, { ...catalog, services })).toEqual(['200 develop']);
    }
  });
});

it('a definition is called by the service that it builds or by the base that it makes', () => {
  expect(definitionsBehind(CATALOG, 'payments').map(({ name, role }) => [name, role])).toEqual([
    ['payments', 'build'],
    ['python-base', 'base'],
  ]);
});
