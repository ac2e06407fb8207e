// 10,000 watches on 500 definitions in 50 projects: how often Azure DevOps is asked, how much memory that takes and
// how late the event loop gets, on a PostgreSQL server and on the embedded database.
import { setTimeout as delay } from 'node:timers/promises';
import type { Watch } from '../../src/domain/watch.ts';
import { WATCH_LIFETIME_MS } from '../../src/domain/watch.ts';
import type { Database } from '../../src/store/database.ts';
import { createStores } from '../../src/store/stores.ts';
import type { StandInBuild } from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { StandInConversation } from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';
import type { AppReport } from './app-process.ts';
import { type BenchWorld, startBenchWorld } from './bench-world.ts';
import { type BenchOptions, figure, percentile, progress } from './figures.ts';
import { pollAsTheSeed, SEED_INTERVAL_MS } from './seed-poller.ts';

const PROJECTS = 50;
const DEFINITIONS_PER_PROJECT = 10;
const WATCHES_PER_CONVERSATION = 50;
const BRANCH = 'refs/heads/develop';
const WARM_UP_MS = 65_000;
const SEED_SAMPLE = 100;

export async function benchWatches({ minutes, count = 10_000, databases }: BenchOptions): Promise<boolean> {
  console.log(
    `watches ${count} on ${PROJECTS * DEFINITIONS_PER_PROJECT} definitions in ${PROJECTS} projects`,
  );
  let isGood = true;
  for (const kind of databases) {
    const world = await startBenchWorld(kind);
    try {
      isGood = (await measure(world, { kind, minutes, count })) && isGood;
    } finally {
      await world.stop();
    }
  }
  return isGood;
}

interface Measurement {
  readonly kind: 'server' | 'embedded';
  readonly minutes: number;
  readonly count: number;
}

async function measure(world: BenchWorld, { kind, minutes, count }: Measurement): Promise<boolean> {
  const builds = addOrganisation(world);
  const conversations = addConversations(world, count);
  await world.prepare((database) => addWatches(database, { world, builds, conversations, count }));
  const reports: AppReport[] = [];
  await world.start(servicesFile(world), (report) => reports.push(report));
  await passing(`${kind}: warming up`, WARM_UP_MS);
  world.azure.clearLedger();
  reports.length = 0;
  await passing(`${kind}: measuring`, minutes * 60_000);
  const lists = world.azure.ledger.filter(({ path }) => path.endsWith('/build/builds')).length;
  const others = world.azure.ledger.length - lists;
  const seedCalls = kind === 'server' ? await sampleSeed(world) : undefined;
  const good = [
    figure(`${kind}-list-calls`, lists / minutes, { unit: '1/min', atMost: 200 }),
    figure(`${kind}-other-calls`, others / minutes, { unit: '1/min' }),
    figure(
      `${kind}-memory-p50`,
      percentile(
        reports.map(({ rssMb = 0 }) => rssMb),
        0.5,
      ),
      {
        unit: 'MB',
        ...(kind === 'server' ? { atMost: 400 } : {}),
      },
    ),
    figure(`${kind}-memory-max`, Math.max(...reports.map(({ rssMb = 0 }) => rssMb)), {
      unit: 'MB',
      ...(kind === 'server' ? { atMost: 400 } : {}),
    }),
    figure(
      `${kind}-event-loop-lag-p99`,
      percentile(
        reports.map(({ lagsMs }) => lagsMs?.p99 ?? 0),
        0.99,
      ),
      {
        unit: 'ms',
        atMost: 100,
      },
    ),
    figure(`${kind}-event-loop-lag-max`, Math.max(...reports.map(({ lagsMs }) => lagsMs?.max ?? 0)), {
      unit: 'ms',
    }),
  ];
  if (seedCalls !== undefined) {
    figure(`seed-calls-of-${SEED_SAMPLE}-pollers`, seedCalls, { unit: '1/min' });
    figure('seed-calls-for-all', (seedCalls * count) / SEED_SAMPLE, { unit: '1/min' });
    figure('seed-to-pipebot', (seedCalls * count) / SEED_SAMPLE / (lists / minutes), { unit: 'times' });
  }
  return good.every((each) => each) && (await endMany(world, { kind, builds, reports }));
}

/** Every definition has one run that goes on, and one that succeeded before. */
function addOrganisation({ azure }: BenchWorld): StandInBuild[] {
  return Array.from({ length: PROJECTS }, (_, index) => {
    const project = azure.addProject(projectName(index));
    return Array.from({ length: DEFINITIONS_PER_PROJECT }, (__, number) => {
      const id = index * DEFINITIONS_PER_PROJECT + number + 1;
      const definition = azure.addDefinition(project, {
        id,
        name: `service-${id}-ci`,
        defaultBranch: BRANCH,
      });
      azure.queueBuild(definition, { branch: BRANCH }).succeed();
      const running = azure.queueBuild(definition, { branch: BRANCH });
      running.start();
      return running;
    });
  }).flat();
}

function projectName(index: number): string {
  return `Project ${index + 1}`;
}

function addConversations({ teams }: BenchWorld, count: number): StandInConversation[] {
  const team = teams.addTeam('Everybody');
  return Array.from({ length: Math.ceil(count / WATCHES_PER_CONVERSATION) }, (_, index) =>
    teams.addChannel(team, `channel-${index}`),
  );
}

interface Filling {
  readonly world: BenchWorld;
  readonly builds: readonly StandInBuild[];
  readonly conversations: readonly StandInConversation[];
  readonly count: number;
}

async function addWatches(
  database: Database,
  { world, builds, conversations, count }: Filling,
): Promise<void> {
  const { watches, conversations: known } = createStores(database);
  const now = Date.now();
  const { serviceUrl, tenantId, botId } = world.teams;
  await database.transaction(async () => {
    for (const { id, name } of conversations) {
      await known.save({ id, kind: 'channel', tenantId, serviceUrl, botId: `28:${botId}`, name }, now);
    }
    for (let index = 0; index < count; index++) {
      const build = builds[index % builds.length];
      const conversation = conversations[Math.floor(index / WATCHES_PER_CONVERSATION)];
      if (!build || !conversation) continue;
      await watches.add(watchOn(build, { index, conversationId: conversation.id, now }), `card-${index}`);
      if (index % 1_000 === 0) progress(`filling: ${index} of ${count} watches`);
    }
  });
}

function watchOn(
  build: StandInBuild,
  {
    index,
    conversationId,
    now,
  }: { readonly index: number; readonly conversationId: string; readonly now: number },
): Watch {
  const project = projectName(Math.floor((build.definitionId - 1) / DEFINITIONS_PER_PROJECT));
  return {
    id: `watch-${index}`,
    conversationId,
    subject: `service-${build.definitionId}`,
    role: 'build',
    definitionName: `service-${build.definitionId}-ci`,
    definition: { organization: 'contoso', project, definitionId: build.definitionId, branch: BRANCH },
    askers: [{ id: `29:person-${index % 150}`, name: `Person ${index % 150}` }],
    state: 'following',
    buildId: build.id,
    afterBuildId: build.id,
    createdAt: now,
    expiresAt: now + WATCH_LIFETIME_MS,
  };
}

/** The services behind the definitions; each project has one base, which is its first definition. */
function servicesFile({ azure }: BenchWorld): string {
  const bases: string[] = [];
  const services: string[] = [];
  for (let index = 0; index < PROJECTS; index++) {
    const first = index * DEFINITIONS_PER_PROJECT + 1;
    const place = (id: number) => `{ definition: ${id}, project: "${projectName(index)}", branch: develop }`;
    bases.push(`  base-${index + 1}: ${place(first)}`);
    for (let number = 1; number < DEFINITIONS_PER_PROJECT; number++) {
      services.push(
        `  service-${first + number}: { base: base-${index + 1}, build: ${place(first + number)} }`,
      );
    }
  }
  return [`# ${azure.url}`, 'bases:', ...bases, 'services:', ...services, ''].join('\n');
}

/** A tenth of all definitions end in one second: everything that follows is told, and the loop stays quick. */
async function endMany(
  world: BenchWorld,
  {
    kind,
    builds,
    reports,
  }: { readonly kind: string; readonly builds: readonly StandInBuild[]; readonly reports: AppReport[] },
): Promise<boolean> {
  reports.length = 0;
  const ended = builds.filter((_, index) => index % 10 === 3);
  for (const build of ended) build.succeed();
  const before = world.teams.ledger.length;
  const expected = ended.length * 20 * 2;
  const startedAt = performance.now();
  while (world.teams.ledger.length - before < expected && performance.now() - startedAt < 240_000) {
    await delay(1_000);
    progress(`${kind}: ${world.teams.ledger.length - before} of ${expected} messages`);
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  figure(`${kind}-messages-after-${ended.length}-ends`, world.teams.ledger.length - before, {
    unit: `of ${expected}`,
  });
  figure(`${kind}-time-for-them`, seconds, { unit: 's' });
  return figure(
    `${kind}-event-loop-lag-p99-meanwhile`,
    percentile(
      reports.map(({ lagsMs }) => lagsMs?.p99 ?? 0),
      0.99,
    ),
    { unit: 'ms', atMost: 100 },
  );
}

/** Real pollers against the same stand-in for three of their intervals. */
async function sampleSeed({ azure }: BenchWorld): Promise<number> {
  const stop = new AbortController();
  const pollers = Array.from({ length: SEED_SAMPLE }, (_, index) =>
    pollAsTheSeed({
      organizationUrl: azure.url,
      project: encodeURIComponent(projectName(index % PROJECTS)),
      definitionId: (index % PROJECTS) * DEFINITIONS_PER_PROJECT + 1,
      branch: BRANCH,
      token: azure.personalAccessToken,
      signal: stop.signal,
    }),
  );
  const intervals = 3;
  await passing('the seed: measuring', intervals * SEED_INTERVAL_MS - 500);
  stop.abort();
  const calls = (await Promise.all(pollers)).reduce((sum, each) => sum + each, 0);
  return (calls / intervals) * (60_000 / SEED_INTERVAL_MS);
}

async function passing(what: string, durationMs: number): Promise<void> {
  const startedAt = performance.now();
  for (;;) {
    const leftMs = durationMs - (performance.now() - startedAt);
    if (leftMs <= 0) return;
    progress(`${what}, ${Math.ceil(leftMs / 1_000)} s left`);
    await delay(Math.min(leftMs, process.stderr.isTTY ? 1_000 : 10_000));
  }
}
