// The part of the story in which Azure Pipelines waits to be called back: the job's log, the card and the gate's JSON give
// the same reason, at one moment in the same words, while the base runs, while a person holds the gate, and at the end.
import type { StandInBuild } from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { StandInMessage } from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';
import { type AgentlessJob, startAgentlessJob } from './agentless-job.ts';
import { ask, expectStep, linesOf, passing, type StoryContext } from './story-steps.ts';
import { askGate, type GateOutcome } from './waiting-pipeline.ts';

/** The same reason in the three places, as each of them had it. */
export interface SameReason {
  readonly reason: string;
  readonly log: string;
  readonly card: string;
  readonly json: string;
}

const DEVELOP = 'refs/heads/develop';

/** Gives back what was shown side by side, in its order. */
export async function tellCallbackStory(context: StoryContext): Promise<readonly SameReason[]> {
  const { world, shop, tell, timeLapse } = context;
  tell.chapter('A job without an agent asks, and is called back');
  const queue = { branch: DEVELOP, requestedFor: 'Grace Hopper' };
  const base = world.azure.queueBuild(shop.pythonBase, queue);
  base.start();
  await tell.during(() => 'python-base runs again', passing(context, 3));
  const run = world.azure.queueBuild(shop.builds.payments, queue);
  run.start();
  const job = await timeLapse.standStill(() => callTheGate(context, run));
  const script = createScript(context);
  const side = { context, job, script };
  const running = await timeLapse.standStill(() =>
    compare(side, { say: 'status payments', reason: 'base-running' }),
  );
  await tell.during(() => 'the job and the script wait', passing(context, 1));
  const held = await timeLapse.standStill(() => holdAndRelease(side));
  await tell.during(() => `the job: ${job.progress().text}`, passing(context, 2));
  const succeeded = await timeLapse.standStill(() => hearTheVerdict(side, base));
  run.succeed();
  return [running, held, succeeded];
}

interface Side {
  readonly context: StoryContext;
  readonly job: AgentlessJob;
  readonly script: () => Promise<GateOutcome>;
}

async function callTheGate({ world, shop, tell }: StoryContext, run: StandInBuild): Promise<AgentlessJob> {
  const plan = world.azure.addPlan({ project: shop.pythonBase.project });
  tell.speech('job', 'POST /api/gate/payments, with PipeBotMode: callback');
  const asking = { url: world.app.url, gateKey: world.gateKey, service: 'payments' };
  const job = await startAgentlessJob({ ...asking, plan, run });
  tell.speech('PipeBot', `HTTP ${job.acknowledged.status}: ${job.acknowledged.message}`);
  expectStep(job.acknowledged.status === 200, 'PipeBot took the job in');
  await world.app.idle();
  tell.speech('log', job.lastLogged());
  const { percent } = job.progress();
  expectStep(percent !== undefined, 'the job saw how far the base is');
  tell.note(
    `${' '.repeat(10)}The job's page at Azure Pipelines shows the same, at ${percent} %. No agent is held.`,
  );
  return job;
}

/** A script that asks now and then, and keeps its place by the id that it was given. */
function createScript({ world, tell }: StoryContext): Side['script'] {
  let id = '';
  return async () => {
    const question = { url: world.app.url, gateKey: world.gateKey, service: 'payments' };
    const outcome = await askGate(question, id === '' ? {} : { id });
    id = outcome.body.id;
    tell.speech('script', 'GET /api/gate/payments');
    const { decision, reason } = outcome.body;
    tell.speech('PipeBot', `HTTP ${outcome.status} {"decision": "${decision}", "reason": "${reason}", …}`);
    return outcome;
  };
}

async function holdAndRelease(side: Side): Promise<SameReason> {
  const { context, job } = side;
  const { world, tell } = context;
  tell.chapter('A person holds the gate; all who wait hear who and why');
  await ask(context, 'hold payments because migration');
  await world.app.idle();
  tell.speech('log', job.lastLogged());
  const held = await compare(side, { say: 'gates', reason: 'held' });
  tell.chapter('The hold is released: the base decides again');
  await ask(context, 'release payments');
  await world.app.idle();
  tell.speech('log', job.lastLogged());
  return held;
}

async function hearTheVerdict(side: Side, base: StandInBuild): Promise<SameReason> {
  const { context, job } = side;
  const { world, tell } = context;
  tell.chapter('The base succeeds: the job is called back and goes on');
  base.succeed();
  await world.azure.hooks.idle();
  await world.app.idle();
  tell.speech('log', job.lastLogged());
  tell.speech('job', `has heard its verdict: ${job.results().join()}`);
  expectStep(job.results().join() === 'succeeded', 'the job heard one verdict');
  const { decision, reason, baseBuildNumber } = job.outputVariables();
  tell.note(
    `${' '.repeat(10)}Its variables: decision ${decision}, reason ${reason}, baseBuildNumber ${baseBuildNumber}`,
  );
  return compare(side, { say: 'status payments', reason: 'base-succeeded' });
}

/** Asks the gate as a script would and the bot as a person would, and shows their reasons beside the job's. */
async function compare(
  { context, job, script }: Side,
  expected: { readonly say: string; readonly reason: string },
): Promise<SameReason> {
  const { body } = await script();
  const card = await ask(context, expected.say);
  const same = {
    reason: body.reason,
    log: job.lastLogged(),
    card: findReason(card, body),
    json: body.message,
  };
  context.tell.columns([
    { title: "The job's log", text: same.log },
    { title: 'The card', text: same.card },
    { title: "The gate's JSON", text: same.json },
  ]);
  expectStep(body.reason === expected.reason, `the gate answered ${expected.reason}`);
  expectStep(job.lastLine() === same.log, "the job's console and its log say the same");
  expectStep(job.progress().text === same.log, "the job's page says the same");
  expectStep(same.log === same.json && same.card === same.json, 'log, card and JSON say the same');
  return same;
}

/** The line of the card that says what the gate said, or else the one that should have. */
function findReason(card: StandInMessage, { base, message }: GateOutcome['body']): string {
  const lines = linesOf(card);
  return lines.find((line) => line === message) ?? lines.find((line) => line.includes(base.name)) ?? '';
}
