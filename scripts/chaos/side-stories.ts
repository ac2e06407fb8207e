// What else happens beside the watches and alarms, so that every crash point is reached: questions, pasted links,
// the bot taken out and put back, a watched build that is deleted, a service that nothing can be learnt of.
import { setTimeout as delay } from 'node:timers/promises';
import type { Line, Room } from './chaos-world.ts';
import { everTold } from './screen.ts';
import { ask, owe, type Stage, UNTIL_FRESH_MS } from './stage.ts';

/** Somebody asks about a service or pastes the address of a pipeline's badge; in a channel. */
export async function questionStory(stage: Stage, line: Line, room: Room): Promise<void> {
  const { signal, random, world } = stage;
  const badge = `${world.azure.url}/Shop/_apis/build/status/nobody`;
  while (!signal.aborted) {
    const isBadge = random() < 0.5;
    const text = `status ${isBadge ? badge : line.service}`;
    await ask(stage, room, { text, isCard: !isBadge, fits: () => false });
    await delay(300 + random() * 300);
  }
}

/** PipeBot is taken out of a conversation and comes back; what is owed there is told then. */
export async function moveStory({ speaker, signal, random }: Stage, room: Room): Promise<void> {
  while (!signal.aborted) {
    await speaker.install(room, 'remove');
    await delay(random() * 300);
    await speaker.install(room, 'add');
    await delay(300 + random() * 300);
  }
}

/** A build is watched and then deleted, which its watchers are told; in a channel. */
export async function deletionStory(stage: Stage, line: Line, room: Room): Promise<void> {
  const { world, signal } = stage;
  while (!signal.aborted) {
    const build = world.azure.queueBuild(line.definition, { id: world.nextBuildId() });
    build.start();
    const text = `watch ${line.service} build`;
    const { id } = await ask(stage, room, { text, isCard: true, fits: () => false });
    await owe(stage, room, {
      kind: 'update',
      what: `build ${build.id} on the card of its watch`,
      isShownBy: (message) => message.replyToRoot === id && everTold(message, build.id),
    });
    const told = owe(stage, room, {
      kind: 'news',
      what: `deletion of build ${build.id}`,
      isShownBy: (message) => message.replyToRoot === id && !message.isCard,
    });
    build.delete();
    await told;
    await delay(UNTIL_FRESH_MS);
  }
}

/** Somebody subscribes to a service of which nothing can be learnt, and hears nothing; in a channel. */
export async function darkStory(stage: Stage, line: Line, room: Room): Promise<void> {
  await ask(stage, room, { text: `subscribe ${line.service} failures`, isCard: true, fits: () => false });
}
