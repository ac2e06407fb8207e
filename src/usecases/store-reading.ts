// Stores what was read together with everything it causes, in one transaction: builds, transitions, the health of
// definitions, watches, alerts, jobs. It must not call anything outside of the store, nor tell anybody itself.

import type { Clock } from '../clock.ts';
import type { EndedBuild } from '../domain/alert.ts';
import { type Build, newestFirst } from '../domain/build.ts';
import { usualDurationMs } from '../domain/duration.ts';
import { type HealthChange, healthAfter } from '../domain/health.ts';
import { ANY_BRANCH, distinctPlaces, type Place, placedDefinitionKey } from '../domain/place.ts';
import { type Transition, transitionsBetween } from '../domain/transition.ts';
import { HealthLedger } from './health-ledger.ts';
import type {
  BuildRecords,
  BuildRef,
  BuildsTarget,
  HealthRecords,
  Log,
  Reading,
  Subscriptions,
  Transactions,
  TransitionRecords,
} from './ports.ts';
import type { FactsById } from './read-timelines.ts';

/** Clocks that go right agree within this; a stored reading that is further ahead was stamped by one that did not. */
const MAX_CLOCK_SKEW_MS = 5 * 60_000;

export interface StoreReadingPorts {
  readonly records: BuildRecords;
  readonly healths: Pick<HealthRecords, 'find' | 'save'>;
  readonly transitions: Pick<TransitionRecords, 'add'>;
  readonly subscriptions: Pick<Subscriptions, 'listByDefinition'>;
  readonly transactions: Transactions;
  readonly clock: Clock;
  readonly log: Log;
  /** Whether a build counts; one of another repository than the configured one is stored and causes nothing. */
  readonly counts: (build: Build) => boolean;
  /** Called inside the transaction with all builds that were read, as they now stand. */
  readonly onBuilds: (target: BuildsTarget, builds: readonly Build[]) => Promise<void>;
  /** Called inside the transaction for each branch on which builds that count have changed. */
  readonly onChanged: (place: Place) => Promise<void>;
  /** Called inside the transaction with those that have ended since they were last seen, oldest first. */
  readonly onEnded: (ended: readonly EndedBuild[]) => Promise<void>;
  /** Called inside the transaction for a build that is gone. */
  readonly onDeleted: (build: BuildRef) => Promise<void>;
}

interface Read {
  readonly begunAt: number;
  readonly facts: FactsById;
}

/** A list of a target's builds; an older one than what is stored changes nothing. */
export async function storeReading(
  ports: StoreReadingPorts,
  target: BuildsTarget,
  read: Reading & Read,
): Promise<void> {
  await ports.transactions.transaction(async () => {
    const newestAt = await ports.records.lockTarget(target);
    // Another instance has stored a newer reading meanwhile; ours would turn the clock back. Ordered by our own
    // clock, since a single wrong Date of Azure DevOps would shut out all later readings.
    if (isOlder(read.begunAt, newestAt)) return;
    await storeBuilds(ports, target, { ...read, usual: read.builds });
    const { observedAt, begunAt: readAt, builds } = read;
    await ports.records.saveReading(target, { observedAt, readAt, builds });
  }, 'store-reading');
}

/** One build that was read by itself. */
export async function storeSingle(ports: StoreReadingPorts, build: Build, read: Read): Promise<void> {
  const { organization, project, branch, definitionId } = build;
  const target = { organization, project, branch, definitionIds: [definitionId] };
  await ports.transactions.transaction(async () => {
    await ports.records.lockTarget(target);
    const last = await ports.records.lastReading(target);
    await storeBuilds(ports, target, { ...read, builds: [build], usual: last?.builds ?? [] });
  }, 'store-build');
}

/** A build that Azure DevOps no longer knows; nothing happens when it was not known here either. */
export async function storeDeletion(ports: StoreReadingPorts, ref: BuildRef): Promise<void> {
  await ports.transactions.transaction(async () => {
    const [seen] = await ports.records.findBuilds([ref]);
    if (!seen) return ports.onDeleted(ref);
    const { organization, project, branch, definitionId } = seen;
    await ports.records.lockTarget({ organization, project, branch, definitionIds: [definitionId] });
    const { readAt: _, ...build } = seen;
    await ports.records.deleteBuild(ref);
    await ports.transitions.add([{ kind: 'deleted', build }], ports.clock.now());
    await ports.onDeleted(ref);
    await ports.onChanged({ organization, project, branch });
    ports.log.info({ transition: 'deleted', buildId: build.id, number: build.number }, 'build changed');
  }, 'store-deletion');
}

interface ToStore extends Read {
  readonly builds: readonly Build[];
  /** Where the usual duration of a definition is taken from. */
  readonly usual: readonly Build[];
}

async function storeBuilds(ports: StoreReadingPorts, target: BuildsTarget, read: ToStore): Promise<void> {
  const { organization, project } = target;
  const { begunAt } = read;
  const refs = read.builds.map(({ id }) => ({ organization, project, buildId: id }));
  const known = new Map((await ports.records.findBuilds(refs)).map((build) => [build.id, build]));
  const compared = read.builds.map((build) => compare(known.get(build.id), build, read));
  const changed = compared.filter(({ isChanged }) => isChanged);
  if (changed.length > 0) {
    await ports.records.saveBuilds(
      changed.map(({ now }) => now),
      begunAt,
    );
    await storeChanges(ports, changed, read);
  }
  await ports.onBuilds(
    target,
    compared.map(({ now }) => now),
  );
}

interface Compared {
  readonly before?: Build;
  /** As it stands after this reading. */
  readonly now: Build;
  readonly isChanged: boolean;
}

/** What a later reading has brought stays; and what only a timeline tells is kept while lists say nothing of it. */
function compare(
  known: (Build & { readAt: number }) | undefined,
  read: Build,
  { begunAt, facts }: Read,
): Compared {
  const timeline = facts.get(read.id);
  const pendingApproval = timeline ? timeline.pendingApproval : known?.pendingApproval;
  const now =
    pendingApproval && read.status === 'inProgress' ? { ...read, pendingApproval } : withoutApproval(read);
  if (!known) return { now, isChanged: true };
  const { readAt, ...before } = known;
  if (isOlder(begunAt, readAt) || isSameBuild(before, now)) return { before, now: before, isChanged: false };
  return { before, now, isChanged: true };
}

/** Whether a reading was begun before the stored one, as far as that one's time can be believed. */
function isOlder(begunAt: number, storedAt: number): boolean {
  return begunAt < storedAt && storedAt - begunAt < MAX_CLOCK_SKEW_MS;
}

function withoutApproval({ pendingApproval: _, ...build }: Build): Build {
  return build;
}

async function storeChanges(
  ports: StoreReadingPorts,
  changed: readonly Compared[],
  read: ToStore,
): Promise<void> {
  const counting = changed.filter(({ now }) => ports.counts(now));
  const fresh = await changesThatAreNews(ports, counting);
  const ordered = [...fresh].sort((left, right) => newestFirst(right.now, left.now));
  const transitions: Transition[] = [];
  const ended: EndedBuild[] = [];
  const ledger = new HealthLedger(ports);
  for (const { before, now, isNews } of ordered) {
    const own = transitionsBetween(before, now);
    const hasEnded = own.some(({ kind }) => kind === 'finished');
    const end = hasEnded ? await takeEnd(ledger, now, read) : undefined;
    if (!isNews) continue;
    transitions.push(...own);
    if (end?.change && end.change !== 'still-green') transitions.push({ kind: end.change, build: now });
    if (end) ended.push(end);
  }
  await ledger.save();
  for (const place of distinctPlaces(counting.map(({ now }) => now))) await ports.onChanged(place);
  await ports.transitions.add(transitions, ports.clock.now());
  logTransitions(ports.log, transitions);
  if (ended.length > 0) await ports.onEnded(ended);
}

/**
 * The first reading of a definition on a branch finds its whole history new; that makes its health and is no
 * news. It is the first when neither the branch nor all branches have been read before. Later on, history is what
 * had ended before the last reading and comes up only now: because newer builds were deleted, or because a list of
 * one branch goes back further than that of all.
 */
async function changesThatAreNews(
  ports: StoreReadingPorts,
  changed: readonly Compared[],
): Promise<(Compared & { readonly isNews: boolean })[]> {
  const unknown = new Map(
    changed.filter(({ before }) => !before).map(({ now }) => [placedDefinitionKey(now), now] as const),
  );
  const places = [...unknown.values()].flatMap(({ organization, project, branch, definitionId }) =>
    [branch, ANY_BRANCH].map((at) => ({ organization, project, branch: at, definitionId })),
  );
  const read = await ports.records.listReadTimes(places);
  const readAts = new Map(
    // A single wrong Date of Azure DevOps must not make history of what ends next.
    read.map((last) => [placedDefinitionKey(last), Math.min(last.readAt, last.observedAt)] as const),
  );
  const isNews = ({ before, now }: Compared) => {
    const keys = [now, { ...now, branch: ANY_BRANCH }].map(placedDefinitionKey);
    const seenAt = Math.max(...keys.map((key) => readAts.get(key) ?? Number.NEGATIVE_INFINITY));
    const { finishedAt = Number.POSITIVE_INFINITY } = now;
    return before !== undefined || (seenAt > 0 && finishedAt > seenAt - MAX_CLOCK_SKEW_MS);
  };
  return changed.map((each) => ({ ...each, isNews: isNews(each) }));
}

/** What the end of a build does to its definition's health, and what is known of it for those who hear of it. */
async function takeEnd(ledger: HealthLedger, build: Build, read: ToStore): Promise<EndedBuild> {
  const before = await ledger.of(build);
  const { health, change } = healthAfter(before, build);
  if (health !== before) ledger.set(build, health);
  const failure = read.facts.get(build.id)?.failure;
  const key = placedDefinitionKey(build);
  const usualMs = usualDurationMs(read.usual.filter((other) => placedDefinitionKey(other) === key));
  return {
    build,
    health,
    ...(change === undefined ? {} : { change }),
    ...redOf(change, { before, health }),
    ...(failure ? { failure } : {}),
    ...(usualMs === undefined ? {} : { usualMs }),
  };
}

function redOf(
  change: HealthChange | undefined,
  { before, health }: { readonly before: EndedBuild['health']; readonly health: EndedBuild['health'] },
): Pick<EndedBuild, 'red'> {
  const red = health.red ?? (change === 'turned-green' ? before.red : undefined);
  return red ? { red } : {};
}

function logTransitions(log: Log, transitions: readonly Transition[]): void {
  for (const { kind, build } of transitions) {
    if (kind === 'appeared') continue;
    const { definitionName, id, number, branch, result } = build;
    log.info({ transition: kind, definitionName, buildId: id, number, branch, result }, 'build changed');
  }
}

function isSameBuild(left: Build, right: Build): boolean {
  const keys = new Set([...Object.keys(left), ...Object.keys(right)]) as Set<keyof Build>;
  return [...keys].every((key) => JSON.stringify(left[key]) === JSON.stringify(right[key]));
}
