// From the end of a build to the moment at which Teams has taken the message about it: with service hooks, and with
// polling alone. Watches and subscriptions, each in a conversation of its own.
import { setTimeout as delay } from 'node:timers/promises';
import { POLL_INTERVALS_MS } from '../../src/usecases/poll-builds.ts';
import type {
  StandInBuild,
  StandInDefinition,
} from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { StandInConversation } from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';
import { type BenchWorld, HOOK_SECRET, startBenchWorld } from './bench-world.ts';
import { type BenchOptions, figure, percentile, progress } from './figures.ts';

const BRANCH = 'refs/heads/develop';
const GRACE_MS = 5_000;

type Kind = 'watch' | 'subscription';

const PROJECTS: Readonly<Record<Kind, string>> = { watch: 'Shop', subscription: 'Mill' };

interface Line {
  readonly kind: Kind;
  readonly definition: StandInDefinition;
  readonly channel: StandInConversation;
  readonly build: StandInBuild;
}

export async function benchLatency({ minutes, count = 120 }: BenchOptions): Promise<boolean> {
  const withHooks = await measure({ hasHooks: true, count, minutes });
  const withoutHooks = await measure({ hasHooks: false, count, minutes });
  return withHooks && withoutHooks;
}

interface Run {
  readonly hasHooks: boolean;
  readonly count: number;
  readonly minutes: number;
}

async function measure({ hasHooks, count, minutes }: Run): Promise<boolean> {
  const world = await startBenchWorld('server');
  try {
    const lines = await prepare(world, { hasHooks, count });
    const endedAt = await endThem(lines, minutes * 60_000, hasHooks ? 'with hooks' : 'without hooks');
    await arrivals(world, lines, endedAt);
    return report(world, { lines, endedAt, hasHooks });
  } finally {
    await world.stop();
  }
}

/** Half of the lines are watched, half are subscribed to; each has a run that is going on. */
async function prepare(world: BenchWorld, { hasHooks, count }: Omit<Run, 'minutes'>): Promise<Line[]> {
  const { azure, teams } = world;
  // A place is polled as its most impatient watcher wants, so each kind has a project of its own.
  const projects = {
    watch: azure.addProject(PROJECTS.watch),
    subscription: azure.addProject(PROJECTS.subscription),
  };
  const team = teams.addTeam('Shop');
  const ada = teams.addUser({ name: 'Ada Lovelace' });
  const services = Array.from({ length: count }, (_, index) => index + 2);
  const base = azure.addDefinition(projects.watch, { id: 1, name: 'base', defaultBranch: BRANCH });
  azure.queueBuild(base, { branch: BRANCH }).succeed();
  const lines = services.map((id, index): Line => {
    const kind = kindAt(index);
    const definition = azure.addDefinition(projects[kind], {
      id,
      name: `service-${id}`,
      defaultBranch: BRANCH,
    });
    azure.queueBuild(definition, { branch: BRANCH }).succeed();
    const build = azure.queueBuild(definition, { branch: BRANCH });
    build.start();
    const channel = teams.addChannel(team, `channel-${id}`);
    return { kind, definition, channel, build };
  });
  const url = await world.start(servicesFile(services), () => undefined);
  if (hasHooks) await azure.hooks.subscribe(`${url}/api/hooks/azure-devops`, HOOK_SECRET);
  for (const [index, { kind, definition, channel }] of lines.entries()) {
    const text =
      kind === 'watch' ? `watch ${definition.name} build` : `subscribe ${definition.name} failures`;
    await teams.say(ada, channel, text);
    if (index % 20 === 0) progress(`asking: ${index} of ${count}`);
  }
  for (const { channel } of lines) {
    await teams.waitForMessage(channel, () => true, { realTimeoutMs: 120_000 });
  }
  return lines;
}

function kindAt(index: number): Kind {
  return index % 2 === 0 ? 'watch' : 'subscription';
}

function servicesFile(ids: readonly number[]): string {
  const services = ids.map((id, index) => {
    const build = `{ definition: ${id}, branch: develop, project: ${PROJECTS[kindAt(index)]} }`;
    return `  service-${id}: { base: base, build: ${build} }`;
  });
  return [
    `project: ${PROJECTS.watch}`,
    'bases:',
    '  base: { definition: 1, branch: develop }',
    'services:',
    ...services,
    '',
  ].join('\n');
}

/** Ends them one after the other, spread over the time, so that every phase of a poll's interval is met. */
async function endThem(
  lines: readonly Line[],
  durationMs: number,
  what: string,
): Promise<ReadonlyMap<Line, number>> {
  const endedAt = new Map<Line, number>();
  for (const [index, line] of lines.entries()) {
    await delay((durationMs / lines.length) * (0.5 + Math.random()));
    line.build.fail({ task: 'Unit tests', errors: ['1 test failed'] });
    endedAt.set(line, Date.now());
    if (index % 10 === 0) progress(`${what}: ${index} of ${lines.length} have ended`);
  }
  return endedAt;
}

const LONGEST_MS = POLL_INTERVALS_MS.subscription * 1.1 + 2 * GRACE_MS;

async function arrivals(
  world: BenchWorld,
  lines: readonly Line[],
  endedAt: ReadonlyMap<Line, number>,
): Promise<void> {
  const last = Math.max(...endedAt.values());
  while (
    Date.now() - last < LONGEST_MS &&
    lines.some((line) => arrivedAt(world, line, endedAt) === undefined)
  )
    await delay(500);
}

/** The first new message after the end: an updated card notifies nobody. */
function arrivedAt(world: BenchWorld, line: Line, endedAt: ReadonlyMap<Line, number>): number | undefined {
  const since = endedAt.get(line) ?? Number.POSITIVE_INFINITY;
  return world.teams.ledger.find(
    ({ at, method, path, accepted }) =>
      accepted && method === 'POST' && at >= since && path.includes(line.channel.id),
  )?.at;
}

function report(
  world: BenchWorld,
  run: {
    readonly lines: readonly Line[];
    readonly endedAt: ReadonlyMap<Line, number>;
    readonly hasHooks: boolean;
  },
): boolean {
  const { lines, endedAt, hasHooks } = run;
  const name = hasHooks ? 'with-hooks' : 'without-hooks';
  const good = (['watch', 'subscription'] as const).map((kind) => {
    const own = lines.filter((line) => line.kind === kind);
    const times = own.flatMap((line) => {
      const at = arrivedAt(world, line, endedAt);
      return at === undefined ? [] : [(at - (endedAt.get(line) ?? 0)) / 1_000];
    });
    const atMost = hasHooks ? 3 : (POLL_INTERVALS_MS[kind] + GRACE_MS) / 1_000;
    figure(`${name}-${kind}-messages`, times.length, { unit: `of ${own.length}` });
    figure(`${name}-${kind}-p50`, percentile(times, 0.5), { unit: 's' });
    const isQuick = figure(`${name}-${kind}-p99`, percentile(times, 0.99), { unit: 's', atMost });
    return isQuick && times.length === own.length;
  });
  return good.every((each) => each);
}
