// Commands as people meet them: a text goes in, a content comes out, and what was stored can be looked at. The
// ports are in memory; needs no vitest.
import { createRespond, type RespondPorts } from '../../src/chat/respond.ts';
import { systemClock } from '../../src/clock.ts';
import type { Alert } from '../../src/domain/alert.ts';
import type { Build } from '../../src/domain/build.ts';
import type { Content, Remark } from '../../src/domain/content.ts';
import type { Health } from '../../src/domain/health.ts';
import { type GateRelease, type HoldRecord, type Orderer, toHold } from '../../src/domain/hold.ts';
import type { Mute } from '../../src/domain/mute.ts';
import type { Place } from '../../src/domain/place.ts';
import type { QuietHours } from '../../src/domain/quiet-hours.ts';
import { DEFAULT_GATE_POLICY, type Service, type ServiceCatalog } from '../../src/domain/service.ts';
import type { SubscribedDefinition, Subscription } from '../../src/domain/subscription.ts';
import type { Person, Watch } from '../../src/domain/watch.ts';
import type { Reply } from '../../src/usecases/answer-message.ts';
import type { Home } from '../../src/usecases/find-asker.ts';
import { createFindSubject } from '../../src/usecases/find-subject.ts';
import { createGetStatus } from '../../src/usecases/get-status.ts';
import type {
  BuildRecords,
  BuildsTarget,
  Conversation,
  ConversationKind,
  GateRecord,
  Notifications,
} from '../../src/usecases/ports.ts';
import { buildOf } from '../support/build-of.ts';

export const NOON = Date.UTC(2026, 10, 22, 12);
export const HERE = '19:payments@thread.tacv2';
export const ELSEWHERE = '19:search@thread.tacv2';
export const ADA: Person = { id: '29:ada', name: 'Ada' };
export const DEVELOP = 'refs/heads/develop';
export const MAIN = 'refs/heads/main';

const where = { organization: 'contoso', project: 'Shop' };
const python = { name: 'python-base', definition: { ...where, definitionId: 183, branch: DEVELOP } };
const ml = { name: 'ml-base', definition: { ...where, definitionId: 186, branch: MAIN } };
const service = (name: string, rest: Partial<Service>): Service => ({
  ...{ name, aliases: [], bases: [python], fallbackBranches: [], policy: DEFAULT_GATE_POLICY },
  ...rest,
});

/** payments on python-base, search on both bases, and docs that has no build of its own. */
export const CATALOG: ServiceCatalog = {
  bases: [python, ml],
  services: [
    service('payments', { aliases: ['pay'], build: { ...where, definitionId: 184, branch: DEVELOP } }),
    service('search', { bases: [python, ml], build: { ...where, definitionId: 190, branch: MAIN } }),
    service('docs', {}),
  ],
};

const ORGANIZATIONS = [{ name: 'contoso', url: 'https://dev.azure.com/contoso' }];
export const PIPELINE = 'https://dev.azure.com/contoso/Shop/_build?definitionId=184';

export type ChatBench = ReturnType<typeof createChatBench>;

type State = ReturnType<typeof emptyState>;

function emptyState() {
  return {
    now: NOON,
    kind: 'channel' as ConversationKind,
    isSuspended: false,
    catalog: CATALOG,
    builds: [] as Build[],
    /** What Azure DevOps throws instead of answering. */
    failure: undefined as unknown,
    healths: new Map<string, Health>(),
    subscriptions: [] as Subscription[],
    definitions: new Map<string, readonly SubscribedDefinition[]>(),
    /** Added to what is counted, as if others had them. */
    others: { conversation: 0, person: 0, tenant: 0 },
    watches: [] as Watch[],
    mutes: [] as Mute[],
    quiet: new Map<string, QuietHours>(),
    alerts: [] as Alert[],
    targets: [] as BuildsTarget[],
    polled: [] as Place[],
    jobs: [] as { name: string; runAt?: number }[],
    readTimes: [] as Awaited<ReturnType<BuildRecords['listReadTimes']>>,
    lastDelivery: undefined as Awaited<ReturnType<Notifications['lastOf']>>,
    lastHookAt: undefined as number | undefined,
    gates: [] as GateRecord[],
    holds: [] as HoldRecord[],
    releases: [] as GateRelease[],
    /** Services whose gates were woken. */
    woken: [] as string[],
    home: { isLocal: true } as Home,
    /** Of the conversation. */
    place: {} as Partial<Conversation>,
    ids: 0,
  };
}

interface Who {
  readonly from?: Person;
  readonly conversationId?: string;
  readonly fromEntraId?: string;
}

/** @param stores used instead of those in memory */
export function createChatBench(stores: Partial<RespondPorts> = {}) {
  const state = emptyState();
  const ports = Object.assign(createPorts(state), stores);
  let messages = 0;

  async function reply(text: string, who: Who = {}): Promise<Reply> {
    const { from = ADA, conversationId = HERE, fromEntraId } = who;
    const entra = fromEntraId === undefined ? {} : { fromEntraId };
    const activityId = `${1_700_000_000_000 + messages++}`;
    const message = { conversationId, activityId, text, from, receivedAt: state.now, ...entra };
    return createRespond(ports)(message);
  }

  return {
    state,
    ports,
    reply,
    /** What is answered, after it has been stored as answer-message does it. */
    async say(text: string, who: Who = {}): Promise<Content> {
      const said = await reply(text, who);
      return (await said.record?.(`reply:${messages}`)) ?? said.content;
    },
    async remarkOn(text: string, who: Who = {}): Promise<Remark> {
      const said = await reply(text, who);
      const content = (await said.record?.(`reply:${messages}`)) ?? said.content;
      if (content.kind !== 'remark') throw new Error(`"${text}" was answered with ${content.kind}`);
      return content.remark;
    },
  };
}

function createPorts(state: State) {
  const clock = { ...systemClock, now: () => state.now };
  const observer = createObserverOf(state);
  const holds = createHoldStore(state);
  const records = {
    lastReading: async () => undefined,
    listReadTimes: async () => state.readTimes,
    findBuilds: async () => [],
  };
  const pipelines = {
    getBuild: async ({ buildId }: { buildId: number }) => ({
      build: buildOf({ id: buildId, definitionId: 184, branch: 'refs/pull/7/merge' }),
      observedAt: state.now,
    }),
    getDefinition: () => Promise.reject(new Error('not needed')),
  };
  return {
    get catalog() {
      return state.catalog;
    },
    clock,
    observer,
    records,
    findSubjectIn: (catalog: ServiceCatalog) =>
      createFindSubject({ catalog, organizations: ORGANIZATIONS, pipelines }),
    getStatus: createGetStatus({ observer, records, clock, holds, catalog: CATALOG }),
    organizations: ORGANIZATIONS,
    ...{ holds, gates: { listOpen: async () => state.gates } },
    gateSignals: { announce: async (name: string) => void state.woken.push(name) },
    get home() {
      return state.home;
    },
    isHidden: async () => false,
    ...createSubscriptionStores(state),
    ...createQuietStores(state),
    watches: createWatchStore(state),
    transactions: { transaction: <T>(work: () => Promise<T>) => work() },
    notifications: { add: async () => undefined, lastOf: async () => state.lastDelivery },
    jobs: {
      enqueue: async (name: string, _payload: unknown, options: { runAt?: number } = {}) => {
        state.jobs.push({ name, ...(options.runAt === undefined ? {} : { runAt: options.runAt }) });
      },
    },
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    ensurePolled: async (place: Place) => void state.polled.push(place),
    newId: () => `00000000-0000-4000-8000-${`${++state.ids}`.padStart(12, '0')}`,
    hookEvents: { lastReceivedAt: async () => state.lastHookAt },
    conversations: {
      find: async (id: string) => ({
        ...{ id, kind: state.kind, tenantId: 'tenant', serviceUrl: 'https://smba/', botId: '28:bot' },
        isSuspended: state.isSuspended,
        ...state.place,
      }),
    },
  };
}

function createObserverOf(state: State) {
  return {
    latest: async (target: BuildsTarget) => {
      state.targets.push(target);
      if (state.failure !== undefined) throw state.failure;
      const builds = state.builds.filter(
        ({ definitionId, branch }) =>
          target.definitionIds.includes(definitionId) && ['*', branch].includes(target.branch),
      );
      return { builds, observedAt: state.now, readAt: state.now };
    },
  };
}

function createSubscriptionStores(state: State) {
  return {
    subscriptions: {
      save: async (subscription: Subscription, definitions: readonly SubscribedDefinition[]) => {
        const at = state.subscriptions.findIndex(({ id }) => id === subscription.id);
        if (at < 0) state.subscriptions.push(subscription);
        else state.subscriptions[at] = subscription;
        state.definitions.set(subscription.id, definitions);
      },
      saveDefinitions: async (id: string, definitions: readonly SubscribedDefinition[]) =>
        void state.definitions.set(id, definitions),
      remove: async (id: string) => {
        const before = state.subscriptions.length;
        state.subscriptions = state.subscriptions.filter((each) => each.id !== id);
        return state.subscriptions.length < before;
      },
      listByConversation: async (id: string) =>
        state.subscriptions.filter(({ conversationId }) => conversationId === id),
      listAll: async () => [...state.subscriptions],
      listDefinitionsOf: async (ids: readonly string[]) =>
        ids.flatMap((subscriptionId) =>
          (state.definitions.get(subscriptionId) ?? []).map((definition) => ({
            ...definition,
            subscriptionId,
          })),
        ),
      count: async (whose: { conversationId: string; personId: string }) => ({
        conversation:
          state.others.conversation +
          state.subscriptions.filter(({ conversationId }) => conversationId === whose.conversationId).length,
        person:
          state.others.person +
          state.subscriptions.filter(({ createdBy }) => createdBy.id === whose.personId).length,
        tenant: state.others.tenant + state.subscriptions.length,
      }),
    },
    healths: {
      find: async ({ definitionId }: { definitionId: number }, branch: string) =>
        state.healths.get(`${definitionId} ${branch}`),
    },
  };
}

function createQuietStores(state: State) {
  return {
    alerts: {
      listHeld: async (id: string, heldBy: string) =>
        state.alerts.filter(
          ({ conversationId, pending }) => conversationId === id && pending?.heldBy === heldBy,
        ),
      save: async (alert: Alert) => {
        state.alerts = state.alerts.map((each) =>
          each.subscriptionId === alert.subscriptionId &&
          each.definition.definitionId === alert.definition.definitionId &&
          each.branch === alert.branch
            ? alert
            : each,
        );
      },
      listByConversation: async (id: string) =>
        state.alerts.filter(({ conversationId }) => conversationId === id),
    },
    mutes: {
      save: async (mute: Mute) => {
        state.mutes = [...state.mutes.filter((each) => !isSameMute(each, mute)), mute];
      },
      remove: async (conversationId: string, service: string, now: number) => {
        const muted = state.mutes.find((each) => isSameMute(each, { conversationId, service }));
        state.mutes = state.mutes.filter((each) => each !== muted);
        return muted !== undefined && muted.until > now;
      },
      list: async (id: string, now: number) =>
        state.mutes.filter(({ conversationId, until }) => conversationId === id && until > now),
      deleteBefore: async () => undefined,
    },
    settings: {
      find: async (id: string) => {
        const quiet = state.quiet.get(id);
        return quiet ? { quiet } : {};
      },
      saveQuiet: async (id: string, quiet: QuietHours | undefined) => {
        if (quiet) state.quiet.set(id, quiet);
        else state.quiet.delete(id);
      },
    },
  };
}

function isSameMute(
  left: Pick<Mute, 'conversationId' | 'service'>,
  right: Pick<Mute, 'conversationId' | 'service'>,
) {
  return left.conversationId === right.conversationId && left.service === right.service;
}

function createHoldStore(state: State) {
  const inForce = (service: string, now: number) =>
    state.holds.find((hold) => hold.service === service && hold.endedAt === undefined && hold.until > now);
  const end = async (service: string, by: Orderer, now: number) => {
    const before = inForce(service, now);
    const ended = before && { ...before, endedAt: now, endedBy: by };
    state.holds = state.holds.map((hold) => (hold === before && ended ? ended : hold));
    return ended;
  };
  return {
    findFor: async ({ service }: { service: string }, now: number) => {
      const hold = inForce(service, now);
      return hold && toHold(hold);
    },
    place: async (hold: HoldRecord) => {
      const before = await end(hold.service, hold.by, hold.at);
      state.holds.push(hold);
      return before;
    },
    end,
    release: async (release: GateRelease) => {
      if (state.releases.some(({ gateId }) => gateId === release.gateId)) return false;
      state.releases.push(release);
      return true;
    },
    listActive: async (now: number) => state.holds.filter(({ service }) => inForce(service, now)),
  };
}

function createWatchStore(state: State) {
  const isOpen = ({ state }: Watch) => state === 'waiting' || state === 'following';
  return {
    add: async (watch: Watch) => void state.watches.push(watch),
    save: async (watch: Watch) => {
      const open = state.watches.some((each) => each.id === watch.id && isOpen(each));
      if (open) state.watches = state.watches.map((each) => (each.id === watch.id ? watch : each));
      return open;
    },
    addAsker: async (watchId: string) => state.watches.some((each) => each.id === watchId && isOpen(each)),
    cardKeyOf: async () => undefined,
    listOpenByConversation: async (id: string) =>
      state.watches.filter((watch) => watch.conversationId === id && isOpen(watch)),
    listOpenByTarget: async () => [],
    listFollowing: async () => [],
    listDefinitions: async () => [],
    listPlaces: async () => [],
    count: async () => {
      const open = state.watches.filter(isOpen).length;
      const { conversation, person, tenant } = state.others;
      return { conversation: conversation + open, person: person + open, tenant: tenant + open };
    },
    deleteBefore: async () => undefined,
  };
}
