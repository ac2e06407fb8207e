// Pipelines ask the gate of a service and wait to be called back while its base runs, over and over. Some are cancelled
// meanwhile, some take their question back, some wait with GET; then the base ends well or badly.
import { setTimeout as delay } from 'node:timers/promises';
import { CALLBACK_CALLERS, type CallbackCaller } from '../../test/stand-ins/azure-devops/callback-callers.ts';
import { PLAN_CALLS } from '../../test/stand-ins/azure-devops/plan-call-match.ts';
import type { StandInPlan } from '../../test/stand-ins/azure-devops/stand-in-plan.ts';
import { pick } from '../../test/support/generated-history.ts';
import type { CastOptions } from './cast.ts';
import type { Line } from './chaos-world.ts';
import type { BaseResult, CheckEntry, HeldEntry } from './check-book.ts';
import { type Stage, UNTIL_FRESH_MS } from './stage.ts';

type Hub = (typeof CALLBACK_CALLERS)[CallbackCaller];

const REPEAT_AFTER_MS = 100;
/** The callers of a wave come within so long. */
const SPREAD_MS = 600;
/** Of the callers: those whose run is cancelled, those that take their question back, both while the base runs. */
const CANCELED_SHARE = 0.15;
const TAKEN_BACK_SHARE = 0.15;
/** Whose first call was not answered: as many send it again, and as many are run anew by a person, with new ids. */
const SAME_IDS_SHARE = 0.5;
const LATE_SHARE = 0.5;
const HUBS: readonly [Hub, ...Hub[]] = [
  CALLBACK_CALLERS['an agentless job'],
  CALLBACK_CALLERS['a check on an environment'],
  CALLBACK_CALLERS['a release gate'],
  CALLBACK_CALLERS['an old release gate'],
  CALLBACK_CALLERS['an agentless phase of a release'],
];

/** Azure Pipelines takes it, and the answer does not arrive. */
const LOST_EVENT = {
  match: PLAN_CALLS.event,
  applied: true,
  times: 1,
  effect: { kind: 'reset' },
} as const;

type CheckCast = Pick<CastOptions, 'callers' | 'lostAnswers'>;

/** `line.definition` is the base of its service. */
export async function checkStory(stage: Stage, line: Line, cast: CheckCast): Promise<void> {
  const { signal, checks } = stage;
  while (!signal.aborted) {
    const finish = checks.begin(line);
    await wave(stage, line, cast);
    finish();
  }
}

async function wave(stage: Stage, line: Line, { callers, lostAnswers }: CheckCast): Promise<void> {
  const { world, random, checks, leaving } = stage;
  const base = world.azure.queueBuild(line.definition, { id: world.nextBuildId() });
  base.start();
  // Until then the run before may be the newest that PipeBot knows.
  await delay(UNTIL_FRESH_MS);
  const held = hold(stage, line);
  const waiting = await Promise.all(
    Array.from({ length: callers }, async () => {
      await delay(random() * SPREAD_MS);
      return call(stage, line, []);
    }),
  );
  const left = await Promise.all(waiting.map((entry) => maybeLeave(stage, entry)));
  await delay(random() * SPREAD_MS);
  if (leaving.aborted) return;
  const result: BaseResult = random() < 0.5 ? 'succeeded' : 'failed';
  checks.baseEnded(line, result);
  if (random() < lostAnswers) world.azure.injectFault(LOST_EVENT);
  if (result === 'succeeded') base.succeed();
  else base.fail({ task: 'Image', errors: [`image ${base.id} failed`] });
  if (random() < LATE_SHARE) left.push(await call(stage, line, [result]));
  const owed = left.filter(({ state }) => state === 'waits').map((entry) => checks.told(entry));
  await Promise.all([...owed, held]);
}

/** The check that PipeBot has acknowledged in the end. */
async function call(stage: Stage, line: Line, known: readonly BaseResult[]): Promise<CheckEntry> {
  const { random, checks, caller, leaving } = stage;
  let entry = checks.ask(line, addPlan(stage, line), known);
  while (!leaving.aborted) {
    const answer = await caller.open(entry.plan, line.service);
    if (answer === 'acknowledged') {
      entry.state = 'waits';
      return entry;
    }
    if (answer === 'unsure' && random() >= SAME_IDS_SHARE) {
      // Azure ends the plan of a task whose call failed; now and then before PipeBot notices it, now and then after.
      if (random() < 0.5) entry.plan.finish();
      entry = checks.ask(line, addPlan(stage, line), known);
    }
    await delay(REPEAT_AFTER_MS);
  }
  return entry;
}

function addPlan({ world, random }: Stage, line: Line): StandInPlan {
  return world.azure.addPlan({ ...pick(random, HUBS), project: line.definition.project });
}

async function maybeLeave(stage: Stage, entry: CheckEntry): Promise<CheckEntry> {
  const { random, caller, leaving } = stage;
  const chance = random();
  if (chance < CANCELED_SHARE) {
    await delay(random() * SPREAD_MS);
    entry.plan.finish();
    entry.state = 'ended-by-run';
  } else if (chance < CANCELED_SHARE + TAKEN_BACK_SHARE) {
    while (!leaving.aborted && !(await caller.cancel(entry.plan, entry.line.service)))
      await delay(REPEAT_AFTER_MS);
    entry.state = 'taken-back';
  }
  return entry;
}

/** Asks until it is answered with a verdict, under the id of its first answer. */
async function hold({ checks, caller, leaving }: Stage, line: Line): Promise<void> {
  const entry: HeldEntry = checks.hold(line);
  let id: string | undefined;
  while (!leaving.aborted) {
    const answer = await caller.hold(line.service, id);
    id = answer?.id ?? id;
    if (answer?.status === 200 || answer?.status === 424) {
      entry.got = answer.status === 200 ? 'succeeded' : 'failed';
      return;
    }
    await delay(REPEAT_AFTER_MS);
  }
}
