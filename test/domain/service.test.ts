import { describe, expect, it } from 'vitest';
import {
  type Base,
  branchesToAsk,
  DEFAULT_GATE_POLICY,
  isOfRepository,
  isSameDefinition,
  type Service,
} from '../../src/domain/service.ts';

const DEFINITION = {
  organization: 'contoso',
  project: 'Shop',
  definitionId: 183,
  branch: 'refs/heads/develop',
};

describe('two definitions are the same', () => {
  it.each([
    ['with the project written otherwise', { project: 'SHOP' }, true],
    ['on another branch', { branch: 'refs/heads/main' }, true],
    ['with another repository that counts', { repositoryId: 'contoso/other' }, true],
    ['not with another id', { definitionId: 184 }, false],
    ['not in another project', { project: 'Shop2' }, false],
    ['not in another organisation', { organization: 'fabrikam' }, false],
  ])('%s', (_case, changes, expected) => {
    expect(isSameDefinition(DEFINITION, { ...DEFINITION, ...changes })).toBe(expected);
  });
});

it.each([
  ['contoso/payments', undefined, true],
  ['Contoso/Payments', 'contoso/payments', true],
  ['contoso/other', 'contoso/payments', false],
  [undefined, 'contoso/payments', false],
  [undefined, undefined, true],
])('a build of %s counts when %s is wanted: %s', (repositoryId, wanted, expected) => {
  expect(isOfRepository(repositoryId === undefined ? {} : { repositoryId }, wanted)).toBe(expected);
});

describe('a base is looked for on', () => {
  const base: Base = { name: 'python-base', definition: DEFINITION };
  const plain: Service = {
    ...{ name: 'payments', aliases: [], bases: [base] },
    ...{ fallbackBranches: [], policy: DEFAULT_GATE_POLICY },
  };
  const [main, tax, develop] = ['refs/heads/main', 'refs/heads/tax', DEFINITION.branch];
  it.each<[string, Partial<Service>, string | undefined, string[]]>([
    ['its own branch', {}, undefined, [develop]],
    ['the branch asked for first', {}, tax, [tax, develop]],
    [
      "the branch of the service's build",
      { build: { ...DEFINITION, branch: main } },
      undefined,
      [main, develop],
    ],
    [
      'not on that when another was asked for',
      { build: { ...DEFINITION, branch: main } },
      tax,
      [tax, develop],
    ],
    ['the fallback branches between', { fallbackBranches: [main] }, tax, [tax, main, develop]],
    ['each branch once', { fallbackBranches: [develop, main] }, main, [main, develop]],
  ])('%s', (_case, changes, asked, expected) => {
    const service = { ...plain, ...changes };
    expect(branchesToAsk({ kind: 'service', service }, base, asked)).toEqual(expected);
  });

  it('the branch asked for, then its own, when it is named itself', () => {
    expect(branchesToAsk({ kind: 'base', base }, base, tax)).toEqual([tax, develop]);
  });
});
