// Several rooms watch each build of a service from its beginning to its end, over and over.
import { setTimeout as delay } from 'node:timers/promises';
import type { Line, Room } from './chaos-world.ts';
import { everTold, newestText } from './screen.ts';
import { ask, owe, type Stage, UNTIL_FRESH_MS } from './stage.ts';

export async function watchStory(stage: Stage, line: Line, rooms: readonly Room[]): Promise<void> {
  const { world, signal, random } = stage;
  while (!signal.aborted) {
    const span = { from: Date.now(), until: Number.POSITIVE_INFINITY };
    const build = world.azure.queueBuild(line.definition, { id: world.nextBuildId() });
    build.start();
    await Promise.all(rooms.map((room) => watch(stage, room, { line, span })));
    const ending = random() < 0.5 ? 'Succeeded' : 'Failed';
    const seen = rooms.flatMap((room) => oweEnd(stage, room, { buildId: build.id, ending }));
    if (ending === 'Succeeded') build.succeed();
    else build.fail({ task: 'Unit tests', errors: [`test ${build.id} failed`] });
    await Promise.all(seen);
    span.until = Date.now();
    await delay(UNTIL_FRESH_MS);
  }
}

interface Watch {
  readonly line: Line;
  /** Whatever card about the service is posted meanwhile is this one. */
  readonly span: { readonly from: number; readonly until: number };
}

function watch(stage: Stage, room: Room, { line, span }: Watch): Promise<unknown> {
  return ask(stage, room, {
    text: `watch ${line.service} build`,
    isCard: true,
    fits: ({ versions, createdAt }) =>
      createdAt >= span.from &&
      createdAt <= span.until &&
      (versions[0]?.text.includes(`${line.definition.name} on `) ?? false),
  });
}

function oweEnd(
  stage: Stage,
  room: Room,
  { buildId, ending }: { readonly buildId: number; readonly ending: string },
): Promise<void>[] {
  return [
    owe(stage, room, {
      kind: 'update',
      what: `${ending} on the card of build ${buildId}`,
      isShownBy: (message) =>
        message.isCard && everTold(message, buildId) && newestText(message).includes(`"${ending}"`),
    }),
    owe(stage, room, {
      kind: 'news',
      what: `end of build ${buildId}`,
      isShownBy: (message) => !message.isCard && everTold(message, buildId),
    }),
  ];
}
