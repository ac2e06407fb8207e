// The gate: how many questions it answers at once, beside a route that does nothing; thousands that it holds; and thousands
// that it calls back.
import { execSync } from 'node:child_process';
import type { AppReport } from './app-process.ts';
import { HOOK_SECRET, startBenchWorld } from './bench-world.ts';
import { benchCallbacks } from './callbacks.ts';
import { type BenchOptions, figure, percentile, progress } from './figures.ts';
import { BRANCH, type GateBench, holdAndRelease } from './held-callers.ts';
import { type Load, startBareRoutes, startLoad } from './load.ts';
import type { RateResult } from './load-process.ts';

const CALLERS = 50;
const SECONDS = 5;
/** Of the goals: how fast single questions are answered at a pace that is no stress. */
const PACE = 200;
/** A key may hold 200 callers. */
const HELD_BY_KEY = 200;
/** Sockets of the crowd, and a thousand files for everything else. */
const FILES_BESIDES = 1_000;

type Kind = BenchOptions['databases'][number];

export async function benchGate(options: BenchOptions): Promise<boolean> {
  const held = await benchHeld(options);
  return (await benchCallbacks(options)) && held;
}

async function benchHeld({ count = 5_000, databases }: BenchOptions): Promise<boolean> {
  const openFiles = Number(execSync('ulimit -n', { shell: '/bin/bash', encoding: 'utf8' }));
  figure(`open-files-limit-of-${count + FILES_BESIDES}-needed`, openFiles, { unit: 'files' });
  if (openFiles < count + FILES_BESIDES) throw new Error('Raise it first: ulimit -n 8192');
  const load = startLoad();
  try {
    let isGood = true;
    for (const kind of databases) isGood = (await measure(load, { kind, count })) && isGood;
    return isGood;
  } finally {
    load.stop();
  }
}

async function measure(
  load: Load,
  { kind, count }: { readonly kind: Kind; readonly count: number },
): Promise<boolean> {
  const world = await startBenchWorld(kind);
  const keys = Array.from({ length: Math.ceil(count / HELD_BY_KEY) }, (_, index) =>
    `${index}`.padStart(32, 'k'),
  );
  const reports: AppReport[] = [];
  try {
    const project = world.azure.addProject('Shop');
    const base = world.azure.addDefinition(project, { id: 1, name: 'base', defaultBranch: BRANCH });
    world.azure.queueBuild(base, { branch: BRANCH }).succeed();
    const url = await world.start(SERVICES, (report) => reports.push(report), {
      PIPEBOT_GATE_KEYS: keys.map((key, index) => `key-${index}:${key}`).join(';'),
    });
    const bench: GateBench = { world, load, kind, url, keys, base, count, reports };
    // First of all, while the program's memory is as small as it can be.
    const good = [await holdAndRelease(bench, { hasHooks: false }), await answersAtOnce(bench)];
    await world.azure.hooks.subscribe(`${url}/api/hooks/azure-devops`, HOOK_SECRET);
    return [...good, await holdAndRelease(bench, { hasHooks: true })].every((each) => each);
  } finally {
    await world.stop();
  }
}

const SERVICES = [
  'project: Shop',
  'bases:',
  '  base: { definition: 1, branch: develop }',
  'services:',
  '  payments: { base: base }',
  '',
].join('\n');

async function answersAtOnce({ load, kind, url, keys }: GateBench): Promise<boolean> {
  const bare = await startBareRoutes();
  const headers = { 'x-pipebot-key': keys[0] ?? '' };
  const rate = (origin: string, perSecond?: number) => {
    const order = { url: `${origin}/api/gate/payments`, headers, seconds: SECONDS, callers: CALLERS };
    return load.rate({ ...order, ...(perSecond === undefined ? {} : { perSecond }) });
  };
  try {
    progress(`${kind}: answers at once`);
    // So that the first to be measured is not the one for which everything is new.
    for (const origin of [bare.node, bare.restify, url]) await rate(origin);
    const [node, restify] = [await rate(bare.node), await rate(bare.restify)];
    const own = await rate(url);
    const paced = await rate(url, PACE);
    figure('bare-node-answers', node.perSecond, { unit: '1/s' });
    figure('bare-restify-answers', restify.perSecond, { unit: '1/s' });
    figure(`${kind}-answers`, own.perSecond, { unit: '1/s' });
    figure(`${kind}-answers-to-bare-node`, (100 * own.perSecond) / node.perSecond, { unit: '%' });
    figure(`${kind}-answers-to-bare-restify`, (100 * own.perSecond) / restify.perSecond, { unit: '%' });
    figure(`${kind}-answer-p50-of-${CALLERS}-callers`, percentile(own.timesMs, 0.5), { unit: 'ms' });
    figure(`${kind}-answer-p99-of-${CALLERS}-callers`, percentile(own.timesMs, 0.99), { unit: 'ms' });
    figure(`${kind}-answer-p50-at-${PACE}-a-second`, percentile(paced.timesMs, 0.5), { unit: 'ms' });
    return [
      figure(`${kind}-answer-p99-at-${PACE}-a-second`, percentile(paced.timesMs, 0.99), {
        unit: 'ms',
        atMost: 200,
      }),
      figure(`${kind}-answers-that-failed`, failures([own, paced]), { unit: 'answers', atMost: 0 }),
    ].every((each) => each);
  } finally {
    bare.stop();
  }
}

function failures(results: readonly RateResult[]): number {
  return results.reduce((sum, { failures: failed }) => sum + failed, 0);
}
