// Who asks, as permissions go by it, and what must not be told in a conversation any more.
import { describe, expect, it } from 'vitest';
import { DEFAULT_GATE_POLICY, type Service } from '../../src/domain/service.ts';
import { createIsHidden, findAsker, homeOf } from '../../src/usecases/find-asker.ts';
import type { Conversation } from '../../src/usecases/ports.ts';

const TEAM = '19:team@thread.tacv2';
const CONVERSATION: Conversation = {
  ...{
    id: '19:c@thread.tacv2',
    kind: 'channel',
    tenantId: 't',
    serviceUrl: 'https://smba/',
    botId: '28:bot',
  },
  ...{ teamId: TEAM, teamGroupId: 'group', personEntraId: 'ada' },
};
const portsWith = (conversation: Conversation | undefined) => ({
  conversations: { find: async () => conversation && { ...conversation, isSuspended: false } },
  home: homeOf({ tenantId: 't' }),
});

describe('the asker', () => {
  it.each([
    ['channel', [TEAM, 'group']],
    ['group', [CONVERSATION.id]],
    ['personal', ['ada']],
  ] as const)('in a conversation of kind %s is at %j', async (kind, placeIds) => {
    const asker = await findAsker(portsWith({ ...CONVERSATION, kind }), CONVERSATION.id, 'bob');
    const home = { tenantId: 't', homeTenantId: 't', isLocal: false };
    expect(asker).toEqual({ personId: 'bob', placeIds, ...home });
  });

  it('in a conversation that nobody knows is nowhere', async () => {
    const nowhere = { placeIds: [], tenantId: '', homeTenantId: 't', isLocal: false };
    expect(await findAsker(portsWith(undefined), 'x')).toEqual(nowhere);
  });

  it('is local only without a registration', () => {
    expect(homeOf(undefined)).toEqual({ isLocal: true });
    expect(homeOf({ tenantId: 't' })).toEqual({ tenantId: 't', isLocal: false });
  });
});

describe('a definition is hidden', () => {
  const where = { organization: 'contoso', project: 'Shop', branch: 'refs/heads/main' };
  const definition = (definitionId: number) => ({ ...where, definitionId });
  const base = { name: 'python', definition: definition(1) };
  const service = (name: string, build: number, visibleTo: readonly string[]): Service => ({
    ...{ name, aliases: [], bases: [base], build: definition(build), fallbackBranches: [] },
    ...{ policy: DEFAULT_GATE_POLICY, access: { visibleTo, operators: [] } },
  });
  const isHidden = (visibleTo: readonly string[], definitionId: number) => {
    const services = [service('open', 2, []), service('secret', 3, visibleTo)];
    const ports = { ...portsWith(CONVERSATION), catalog: { services, bases: [base] } };
    return createIsHidden(ports)(CONVERSATION.id, definition(definitionId));
  };
  it.each([
    ['when its service may not be seen', ['19:other@thread.tacv2'], 3, true],
    ['but not of a service that may', ['19:other@thread.tacv2'], 2, false],
    ['but not of a base that a visible service needs too', ['19:other@thread.tacv2'], 1, false],
    ['but not when the team may see it', [TEAM], 3, false],
    ['but not when everybody may', [], 3, false],
    ['but not when it is in no file: it is gone', ['19:other@thread.tacv2'], 99, false],
  ])('%s', async (_case, visibleTo, definitionId, expected) => {
    expect(await isHidden(visibleTo, definitionId)).toBe(expected);
  });
});
