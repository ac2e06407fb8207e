// npm run demo [-- --once]: the real PipeBot in a small organisation that lives in a time lapse. Plays a short
// story; with --once it ends then, otherwise everything stays up and the organisation lives on.
import { startAzureDevOpsStandIn } from '../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import { addShop, playHistory, type Shop } from '../test/stand-ins/shop.ts';
import { createScriptedClock, type ScriptedClock } from '../test/support/scripted-clock.ts';
import { type DemoWorld, demoSettings, startDemoWorld } from './demo/demo-world.ts';
import { announceDemo, withdrawDemo } from './demo/running-demo.ts';
import { tellStory } from './demo/story.ts';
import { createTeller } from './demo/teller.ts';
import { startTimeLapse } from './demo/time-lapse.ts';

const SPEED = 60;
const PORT = 3978;
const isOnce = process.argv.includes('--once');

const clock = createScriptedClock();
const tell = createTeller(clock);
const azure = await startAzureDevOpsStandIn({ clock });
const shop = addShop(azure);
await playHistory(azure, shop, clock);
tell.note('PipeBot demo. One second here is one minute there; no account, no network beyond this machine.');
const started = startDemoWorld({
  clock,
  azure,
  makeSettings: (_, key) => demoSettings(azure, key, isOnce ? 0 : PORT),
});
const world = await tell.during(() => 'starting PipeBot, its database and the stand-ins', started);
const timeLapse = startTimeLapse(clock, SPEED);

async function end(exitCode: number): Promise<void> {
  withdrawDemo();
  await world.stop();
  await timeLapse.stop();
  process.exit(exitCode);
}

try {
  await tellStory({ world: { ...world, azure }, shop, clock, tell, timeLapse });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  await end(1);
}
if (isOnce) {
  tell.note('The story is told.');
  await end(0);
}
announceDemo({ userSayUrl: world.teams.userSayUrl });
explainHowToTalk(world);
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(0));
await live({ clock, shop });

function explainHowToTalk({ app, gateKey }: DemoWorld): void {
  const lines = [
    '',
    'Everything stays up; a base runs every half minute. Talk to it from another terminal:',
    '',
    '  npm run ask -- "status payments"',
    '  npm run ask -- "watch payments"',
    '  npm run ask -- "why payments"',
    `  curl -i -H "X-PipeBot-Key: ${gateKey}" "${app.url}/api/gate/payments?wait=30m"`,
    '',
    "or in Microsoft's 365 Agents Playground, in the browser (a tool of its own, under Microsoft's evaluation licence):",
    '',
    `  npx @microsoft/m365agentsplayground@0.2.28 start -e ${app.url}/api/messages -c msteams`,
    '',
    'Ctrl+C ends it.',
  ];
  for (const line of lines) console.log(line);
}

/** The organisation lives on: each base in turn is built, mostly well. */
async function live(organization: { readonly clock: ScriptedClock; readonly shop: Shop }): Promise<never> {
  const pass = (minutes: number) =>
    new Promise<void>((resolve) => organization.clock.setTimeout(resolve, minutes * 60_000));
  for (let round = 1; ; round++) {
    const { pythonBase, nodeBase } = organization.shop;
    const [definition, branch] = round % 2 === 1 ? [pythonBase, 'develop'] : [nodeBase, 'main'];
    const build = azure.queueBuild(definition, {
      branch: `refs/heads/${branch}`,
      requestedFor: 'Grace Hopper',
    });
    await pass(2);
    build.start();
    await pass(13);
    if (round % 5 === 0)
      build.fail({ task: 'Install dependencies', errors: ['the registry did not answer'] });
    else build.succeed();
    await pass(15);
  }
}
