// The whole table of who may do what, cell by cell.
import { describe, expect, it } from 'vitest';
import {
  type Asker,
  permissionFor,
  type ServiceAction,
  visibleCatalog,
} from '../../src/domain/permission.ts';
import {
  type Base,
  DEFAULT_GATE_POLICY,
  type Service,
  type ServiceAccess,
} from '../../src/domain/service.ts';

const ADA = '00000000-0000-4000-8000-000000000001';
const BOB = '00000000-0000-4000-8000-000000000002';
const TEAM = '19:shop@thread.tacv2';
const GROUP = '00000000-0000-4000-9000-000000000001';
const OTHER_TEAM = '19:search@thread.tacv2';
const CHAT = '19:chat@thread.v2';

const ASKERS = {
  'Ada in the team': { personId: ADA, placeIds: [TEAM, GROUP] },
  'Bob in the team': { personId: BOB, placeIds: [TEAM, GROUP] },
  'somebody without an id in the team': { placeIds: [TEAM, GROUP] },
  'Ada in another team': { personId: ADA, placeIds: [OTHER_TEAM] },
  'Ada in a group chat': { personId: ADA, placeIds: [CHAT] },
  'Ada in her personal chat': { personId: ADA, placeIds: [ADA] },
  'Bob in his personal chat': { personId: BOB, placeIds: [BOB] },
} as const satisfies Record<string, Pick<Asker, 'personId' | 'placeIds'>>;

type Cells = Record<keyof typeof ASKERS, string>;

/** What each may: see, hold and release as `see operate`, `see` with why not, or nothing. */
const EVERYBODY_SEES: Cells = {
  'Ada in the team': 'see, nobody-may',
  'Bob in the team': 'see, nobody-may',
  'somebody without an id in the team': 'see, nobody-may',
  'Ada in another team': 'see, nobody-may',
  'Ada in a group chat': 'see, nobody-may',
  'Ada in her personal chat': 'see, nobody-may',
  'Bob in his personal chat': 'see, nobody-may',
};
const TEAM_SEES: Cells = {
  ...EVERYBODY_SEES,
  'Ada in another team': 'not-visible',
  'Ada in a group chat': 'not-visible',
  'Ada in her personal chat': 'not-visible',
  'Bob in his personal chat': 'not-visible',
};

const TABLE: readonly (readonly [string, ServiceAccess | undefined, Cells])[] = [
  ['says nothing', undefined, EVERYBODY_SEES],
  ['has empty lists', { visibleTo: [], operators: [] }, EVERYBODY_SEES],
  ['is visible to a team', { visibleTo: [TEAM], operators: [] }, TEAM_SEES],
  ['is visible to the group of a team', { visibleTo: [GROUP], operators: [] }, TEAM_SEES],
  [
    'is visible to a group chat',
    { visibleTo: [CHAT], operators: [] },
    {
      ...TEAM_SEES,
      'Ada in the team': 'not-visible',
      'Bob in the team': 'not-visible',
      'somebody without an id in the team': 'not-visible',
      'Ada in a group chat': 'see, nobody-may',
    },
  ],
  [
    'is operated by Ada',
    { visibleTo: [], operators: [ADA] },
    {
      'Ada in the team': 'see, operate',
      'Bob in the team': 'see, not-operator',
      'somebody without an id in the team': 'see, not-operator',
      'Ada in another team': 'see, operate',
      'Ada in a group chat': 'see, operate',
      'Ada in her personal chat': 'see, operate',
      'Bob in his personal chat': 'see, not-operator',
    },
  ],
  [
    'is visible to a team and operated by Ada',
    { visibleTo: [TEAM], operators: [ADA] },
    {
      'Ada in the team': 'see, operate',
      'Bob in the team': 'see, not-operator',
      'somebody without an id in the team': 'see, not-operator',
      // What she would be told there, everybody there would read.
      'Ada in another team': 'not-visible',
      'Ada in a group chat': 'not-visible',
      'Ada in her personal chat': 'see, operate',
      'Bob in his personal chat': 'not-visible',
    },
  ],
  [
    'is operated by a team',
    { visibleTo: [], operators: [TEAM] },
    {
      'Ada in the team': 'see, operate',
      'Bob in the team': 'see, operate',
      'somebody without an id in the team': 'see, not-operator',
      'Ada in another team': 'see, not-operator',
      'Ada in a group chat': 'see, not-operator',
      'Ada in her personal chat': 'see, not-operator',
      'Bob in his personal chat': 'see, not-operator',
    },
  ],
  [
    'is visible to another team and operated by this one',
    { visibleTo: [OTHER_TEAM], operators: [GROUP] },
    {
      'Ada in the team': 'see, operate',
      'Bob in the team': 'see, operate',
      'somebody without an id in the team': 'see, not-operator',
      'Ada in another team': 'see, not-operator',
      'Ada in a group chat': 'not-visible',
      'Ada in her personal chat': 'not-visible',
      'Bob in his personal chat': 'not-visible',
    },
  ],
];

const HOME = { tenantId: 'contoso', homeTenantId: 'contoso', isLocal: false };

function cell(asker: Asker, access: ServiceAccess | undefined): string {
  const of = (action: ServiceAction) => {
    const permission = permissionFor(asker, action, access ? { access } : {});
    return permission.kind === 'allowed' ? permission.kind : permission.why;
  };
  const [see, hold, release] = [of('see'), of('hold'), of('release')];
  expect(release).toBe(hold);
  if (see === 'allowed') return `see, ${hold === 'allowed' ? 'operate' : hold}`;
  expect(hold).toBe(see);
  return see;
}

describe.each(TABLE)('a service that %s', (_case, access, cells) => {
  it.each(Object.entries(cells))('for %s: %s', (name, expected) => {
    const who = ASKERS[name as keyof typeof ASKERS];
    expect(cell({ ...HOME, ...who }, access)).toBe(expected);
  });

  it.each(Object.keys(cells))('is not there for %s of another tenant, or without a home', (name) => {
    const who = ASKERS[name as keyof typeof ASKERS];
    expect(cell({ ...HOME, ...who, tenantId: 'fabrikam' }, access)).toBe('not-visible');
    expect(cell({ tenantId: 'contoso', isLocal: false, ...who }, access)).toBe('not-visible');
    expect(cell({ ...HOME, ...who, tenantId: '', homeTenantId: 'x' }, access)).toBe('not-visible');
  });

  it('is everybody’s in local mode', () => {
    expect(cell({ placeIds: [], tenantId: '', isLocal: true }, access)).toBe('see, operate');
  });
});

describe('the catalog as somebody may see it', () => {
  const where = { organization: 'contoso', project: 'Shop', branch: 'refs/heads/main' };
  const base = (name: string, definitionId: number): Base => ({
    name,
    definition: { ...where, definitionId },
  });
  const [python, node, unused] = [base('python', 1), base('node', 2), base('unused', 3)];
  const service = (name: string, bases: readonly Base[], visibleTo: readonly string[]): Service => ({
    ...{ name, aliases: [], bases, fallbackBranches: [], policy: DEFAULT_GATE_POLICY },
    access: { visibleTo, operators: [] },
  });
  const catalog = {
    services: [service('open', [python], []), service('secret', [python, node], [TEAM])],
    bases: [python, node, unused],
  };
  const seenBy = (placeIds: readonly string[], tenantId = 'contoso') => {
    const seen = visibleCatalog(catalog, { ...HOME, tenantId, placeIds });
    return [...seen.services, ...seen.bases].map(({ name }) => name);
  };

  it('is whole for who may see all of it', () => {
    expect(visibleCatalog(catalog, { ...HOME, placeIds: [TEAM] })).toBe(catalog);
  });
  it('has no service that is hidden, and no base that only such services need', () => {
    expect(seenBy([OTHER_TEAM])).toEqual(['open', 'python', 'unused']);
  });
  it('is empty for other tenants', () => {
    expect(seenBy([TEAM], 'fabrikam')).toEqual([]);
  });
});
