// The part of the story about subscriptions: failure, still failing and recovery in one channel, and in another one
// a silence that `why` explains.
import type {
  StandInBuild,
  StandInDefinition,
} from '../../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import type { StandInMessage } from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';
import { ask, expectStep, passing, type StoryContext, textOf } from './story-steps.ts';

const FAILURE = {
  task: 'Unit tests',
  errors: ['refund.test.ts: expected 1299 to be 1300'],
  logLines: ['48 passed, 1 failed', 'Bash exited with code 1'],
};

export async function subscribeAndHear(context: StoryContext): Promise<void> {
  const { world, shop, tell } = context;
  const { payments, accounts } = shop.builds;
  tell.chapter('Two channels subscribe, #accounts to nightly runs alone');
  await ask(context, 'subscribe payments failures');
  await ask(context, 'subscribe accounts failures reason:schedule', world.otherChannel);

  tell.chapter('payments fails, and so does accounts');
  await fail(context, accounts);
  await fail(context, payments);
  const card = await hear(context, 'payments-ci has failed', ({ text }) => text.includes('payments failed'));

  tell.chapter('payments fails again: the same card counts, no new message');
  const count = world.teams.messages(world.channel).length;
  await fail(context, payments);
  const counted = await tell.during(
    () => 'payments-ci has failed again',
    world.teams.waitForMessage(world.channel, ({ id, versions }) => id === card.id && versions.length > 1),
  );
  tell.box('PipeBot', textOf(counted));
  expectStep(textOf(counted).includes('2 runs'), 'the card counts two runs');
  expectStep(world.teams.messages(world.channel).length === count, 'no new message came');

  tell.chapter('payments recovers');
  (await run(context, payments)).succeed();
  await hear(context, 'payments-ci has succeeded', ({ text }) => text.includes('payments recovered'));

  tell.chapter('#accounts has heard nothing. Why?');
  const why = await ask(context, 'why accounts', world.otherChannel);
  expectStep(textOf(why).toLowerCase().includes('reason'), 'the filter that stopped the message was named');
}

async function fail(context: StoryContext, definition: StandInDefinition): Promise<void> {
  (await run(context, definition)).fail(FAILURE);
}

/** A run that is about to end. */
async function run(context: StoryContext, definition: StandInDefinition): Promise<StandInBuild> {
  const build = context.world.azure.queueBuild(definition, {
    branch: 'refs/heads/develop',
    requestedFor: 'Grace Hopper',
  });
  build.start();
  await context.tell.during(() => `${definition.name} runs`, passing(context, 2));
  return build;
}

/** The next message of the bot in #payments that says what is expected. */
async function hear(
  { world, tell }: StoryContext,
  meanwhile: string,
  isIt: (heard: { readonly text: string }) => boolean,
): Promise<StandInMessage> {
  const known = new Set(world.teams.messages(world.channel).map(({ id }) => id));
  const message = await tell.during(
    () => meanwhile,
    world.teams.waitForMessage(
      world.channel,
      (each) => each.from === 'bot' && !known.has(each.id) && isIt({ text: textOf(each) }),
    ),
  );
  tell.box('PipeBot', textOf(message));
  return message;
}
