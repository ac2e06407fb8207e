// Values and openers that the tests of the store share. Needs no vitest.
import type { Alert } from '../../src/domain/alert.ts';
import type { Build } from '../../src/domain/build.ts';
import type { GateDecision } from '../../src/domain/gate.ts';
import type { SubscribedDefinition, Subscription } from '../../src/domain/subscription.ts';
import type { Watch } from '../../src/domain/watch.ts';
import type { Database } from '../../src/store/database.ts';
import { migrate } from '../../src/store/migrate.ts';
import type { BuildsTarget } from '../../src/usecases/ports.ts';

/** 2026-11-22T06:00:00Z, in ms since the epoch. */
export const NOW = Date.UTC(2026, 10, 22, 6);

export const TARGET: BuildsTarget = {
  organization: 'contoso',
  project: 'Shop',
  branch: 'refs/heads/develop',
  definitionIds: [183],
};

/** A build with nothing that may be absent. */
export const BUILD: Build = {
  id: 4242,
  number: '20261122.3',
  organization: 'contoso',
  project: 'Shop',
  definitionId: 183,
  definitionName: 'python-base',
  branch: 'refs/heads/develop',
  status: 'inProgress',
  reason: 'manual',
  queuedAt: NOW - 60_000,
  url: 'https://dev.azure.com/contoso/Shop/_build/results?buildId=4242',
};

/** A watch with nothing that may be absent. */
export const WATCH: Watch = {
  id: 'watch-1',
  conversationId: '19:general@thread.tacv2',
  subject: 'payments',
  role: 'base',
  definitionName: 'python-base',
  definition: { organization: 'contoso', project: 'Shop', definitionId: 183, branch: 'refs/heads/develop' },
  askers: [{ id: '29:ada', name: 'Ada' }],
  state: 'waiting',
  afterBuildId: 4241,
  createdAt: NOW,
  expiresAt: NOW + 1_000,
};

/** A subscription with nothing that may be absent. */
export const SUBSCRIPTION: Subscription = {
  id: 'subscription-1',
  conversationId: '19:general@thread.tacv2',
  tenantId: 'tenant-1',
  service: 'payments',
  events: 'failures',
  reasons: [],
  style: 'update',
  createdBy: { id: '29:ada', name: 'Ada' },
  createdAt: NOW,
};

export const SUBSCRIBED: SubscribedDefinition = WATCH.definition;

/** What `SUBSCRIPTION` has heard of `SUBSCRIBED`: nothing. */
export const ALERT: Alert = {
  subscriptionId: SUBSCRIPTION.id,
  conversationId: SUBSCRIPTION.conversationId,
  definition: { organization: 'contoso', project: 'Shop', definitionId: 183 },
  branch: 'refs/heads/develop',
  isOpen: false,
  isFlappingTold: false,
};

export function decisionOf(verdict: GateDecision['verdict']): GateDecision {
  return {
    verdict,
    reason: verdict === 'wait' ? 'base-running' : 'base-succeeded',
    assessment: {
      base: { name: 'python-base', definition: WATCH.definition },
      branch: 'refs/heads/develop',
      skippedBranches: [],
      readiness: { status: 'ready', reason: 'base-succeeded', build: BUILD },
      observedAt: NOW,
    },
  };
}

export interface OddString {
  readonly name: string;
  readonly given: string;
  readonly stored: string;
}

/** Strings that PostgreSQL refuses, or that trip careless code; and what is stored instead. */
export const ODD_STRINGS: readonly OddString[] = [
  { name: 'a NUL', given: 'a\0b', stored: 'a\u{FFFD}b' },
  { name: 'lone surrogates', given: '\ud83d and \ude80', stored: '\u{FFFD} and \u{FFFD}' },
  ...[
    { name: 'an escape that is none', text: '\\u0000 \\\\ud83d' },
    { name: 'emoji and right-to-left', text: '🚀 שלום \u{202E}abc' },
    { name: 'quotes and SQL', text: `'; drop table pipebot.builds; -- "\${x}" $1` },
    { name: 'a property of every object', text: '__proto__' },
    { name: 'control characters', text: '\u0001\u001f\u007f\r\n\t' },
    { name: 'a megabyte', text: 'ü'.repeat(500_000) },
  ].map(({ name, text }) => ({ name, given: text, stored: text })),
];

/** Longer than an index entry may be, and not to be compressed; `variant` makes another of the same beginning. */
export function longKey(variant: string): string {
  const signs = Array.from({ length: 5_000 }, (_, index) =>
    String.fromCharCode(0x4e00 + ((index * 7919) % 20_000)),
  );
  return signs.join('') + variant;
}

export async function openMigrated(open: () => Promise<Database>): Promise<Database> {
  const database = await open();
  await migrate(database);
  return database;
}

/**
 * Runs two transactions of which the second begins while the first is under way and has done `first`; gives
 * back what the second gave. PGlite has one connection, so that there the second waits for it.
 */
export async function race<T>(
  database: Database,
  work: {
    readonly first: () => Promise<unknown>;
    /** Done by the first once the second waits for it, or could. */
    readonly meanwhile: () => Promise<unknown>;
    readonly second: () => Promise<T>;
  },
): Promise<T> {
  const firstDone = Promise.withResolvers<void>();
  const first = database.transaction(async () => {
    await work.first();
    firstDone.resolve();
    await untilSomebodyWaits(database);
    await work.meanwhile();
  });
  // Begun out here, since a transaction inside another would join it.
  const second = Promise.race([firstDone.promise, first]).then(() => database.transaction(work.second));
  return (await Promise.all([second, first]))[0];
}

async function untilSomebodyWaits(database: Database): Promise<void> {
  if (database.kind === 'embedded') return;
  const sql = `select 1 from pg_locks where not granted
    and pid in (select pid from pg_stat_activity where datname = current_database())`;
  for (const deadline = Date.now() + 5_000; Date.now() < deadline; ) {
    if ((await database.query(`${sql} and pg_stat_clear_snapshot() is not null`)).length > 0) return;
  }
  throw new Error('The second transaction did not wait for the first');
}
