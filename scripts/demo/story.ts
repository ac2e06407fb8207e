// The demo's short story. Every step is checked: what does not happen ends the story with an error.
import type { StandInBuild } from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { StandInMessage } from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';
import { tellCallbackStory } from './callback-story.ts';
import { ask, expectStep, passing, type StoryContext, textOf } from './story-steps.ts';
import { subscribeAndHear } from './subscription-story.ts';
import { startWaitingPipeline } from './waiting-pipeline.ts';

/** Tells the story; rejects with a sentence when a step did not happen. */
export async function tellStory(context: StoryContext): Promise<void> {
  const base = await askWhileTheBaseRuns(context);
  await watchAndWait(context, base);
  await tellCallbackStory(context);
  const failed = await failAndStop(context);
  await rerun(context, failed);
  await subscribeAndHear(context);
}

async function askWhileTheBaseRuns(context: StoryContext): Promise<StandInBuild> {
  const { world, shop, tell } = context;
  const base = world.azure.queueBuild(shop.pythonBase, {
    branch: 'refs/heads/develop',
    requestedFor: 'Grace Hopper',
  });
  base.start();
  await tell.during(() => 'Grace has pushed new dependencies; python-base runs', passing(context, 7));
  tell.chapter('The question, in #payments');
  const answer = await ask(context, 'is base ready for payments?');
  expectStep(textOf(answer).includes('Running'), 'the card said that the base is running');
  return base;
}

async function watchAndWait(context: StoryContext, base: StandInBuild): Promise<void> {
  const { world, tell } = context;
  tell.chapter('The watch');
  const card = await ask(context, 'watch payments');

  tell.chapter('A pipeline waits at the gate');
  tell.speech('pipeline', 'GET /api/gate/payments?wait=30m');
  const pipeline = startWaitingPipeline({ url: world.app.url, gateKey: world.gateKey, service: 'payments' });
  const finish = passing(context, 3).then(() => base.succeed());
  const waits = () =>
    `payments-ci waits at the gate${world.app.waitingGates > 0 ? ' (held by PipeBot, which reads Azure DevOps for all)' : ''}`;
  const outcome = await tell.during(
    waits,
    finish.then(() => pipeline.outcome),
  );
  tell.speech('pipeline', `HTTP ${outcome.status} ${outcome.body.decision}: ${outcome.body.message}`);
  tell.note(`${' '.repeat(10)}It took ${outcome.requests} requests, each held for up to a minute.`);
  expectStep(
    outcome.status === 200 && outcome.body.reason === 'base-succeeded',
    'the gate let the pipeline go on',
  );

  tell.chapter('The base has finished: the card changes, and a message says so');
  const isNews = ({ id, replyToRoot }: StandInMessage) => id !== card.id && replyToRoot === card.replyToRoot;
  const changed = await tell.during(
    () => 'waiting for Teams',
    world.teams.waitForMessage(world.channel, ({ id, versions }) => id === card.id && versions.length > 1),
  );
  tell.box('PipeBot', textOf(changed));
  const news = await world.teams.waitForMessage(world.channel, isNews);
  tell.box('PipeBot', textOf(news));
  expectStep(JSON.stringify(news.activity).includes('Ada Lovelace'), 'the message mentions Ada');
}

async function failAndStop(context: StoryContext): Promise<StandInBuild> {
  const { world, shop, tell } = context;
  tell.chapter('Another base fails');
  const base = world.azure.queueBuild(shop.nodeBase, {
    branch: 'refs/heads/main',
    requestedFor: 'Alan Turing',
  });
  base.start();
  tell.speech('pipeline', 'GET /api/gate/catalog?wait=30m');
  const pipeline = startWaitingPipeline({ url: world.app.url, gateKey: world.gateKey, service: 'catalog' });
  const finish = passing(context, 2).then(() =>
    base.fail({
      task: 'Install dependencies',
      errors: ['npm error code ERESOLVE'],
      logLines: ['npm error code ERESOLVE'],
    }),
  );
  const outcome = await tell.during(
    () => 'catalog-ci waits at the gate; node-base runs',
    finish.then(() => pipeline.outcome),
  );
  tell.speech('pipeline', `HTTP ${outcome.status} ${outcome.body.decision}: ${outcome.body.message}`);
  expectStep(
    outcome.status === 424 && outcome.body.reason === 'base-failed',
    'the gate stopped the pipeline',
  );
  const answer = await ask(context, 'status catlog');
  expectStep(textOf(answer).includes('catalog'), 'the typo got the nearest name');
  await ask(context, 'status catalog');
  return base;
}

async function rerun(context: StoryContext, failed: StandInBuild): Promise<void> {
  const { world, shop, tell } = context;
  tell.chapter('search needs both bases; one is rerun, one canceled');
  failed.rerun();
  await tell.during(() => 'node-base runs again', passing(context, 3));
  failed.succeed();
  const mistaken = world.azure.queueBuild(shop.nodeBase, {
    branch: 'refs/heads/main',
    requestedFor: 'Alan Turing',
  });
  mistaken.start();
  await tell.during(() => 'somebody has started it once more by mistake', passing(context, 1));
  mistaken.cancel();
  await tell.during(() => 'the reading of a moment ago is too old by now', passing(context, 1));
  const answer = await ask(context, 'status search');
  expectStep(textOf(answer).includes('Ready'), 'the canceled build was looked past');
}
