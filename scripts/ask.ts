// npm run ask -- "status payments": asks PipeBot from a terminal and prints its answer as text. It asks the
// demo when that is up, the real organisation when a .env and a services file are there, and otherwise a
// stand-in organisation; always through the same parse, use case and card.
import { existsSync, readFileSync } from 'node:fs';
import { cardToText } from '../src/cards/card-to-text.ts';
import { systemClock } from '../src/clock.ts';
import { loadSettings, problemLines, type Settings } from '../src/config/settings.ts';
import { startAzureDevOpsStandIn } from '../test/stand-ins/azure-devops/azure-devops-stand-in.ts';
import { addShop, playHistory } from '../test/stand-ins/shop.ts';
import { createScriptedClock } from '../test/support/scripted-clock.ts';
import { toRenderedMessage } from './demo/activity-text.ts';
import { type DemoWorld, demoSettings, startDemoWorld } from './demo/demo-world.ts';
import { findDemo } from './demo/running-demo.ts';
import { startTimeLapse } from './demo/time-lapse.ts';

const text = process.argv
  .slice(2)
  .join(' ')
  .replace(/^@pipebot\s*/i, '')
  .trim();
if (text === '') {
  console.error('Say what to ask. Example: npm run ask -- "is base ready for payments?"');
  process.exit(1);
}
const about = (line: string) => console.error(`(${line})\n`);
const activities = (await askDemo()) ?? (await askReal()) ?? (await askStandIn());
for (const activity of activities) console.log(`${cardToText(toRenderedMessage(activity))}\n`);
process.exit(activities.length > 0 ? 0 : 1);

async function askDemo(): Promise<unknown[] | undefined> {
  const demo = findDemo();
  if (!demo) return undefined;
  try {
    return await say(demo.userSayUrl, 'asking the demo that is up');
  } catch {
    return undefined;
  }
}

async function say(userSayUrl: string, source: string): Promise<unknown[]> {
  const response = await fetch(userSayUrl, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
    signal: AbortSignal.timeout(40_000),
  });
  const answer = (await response.json()) as { activities?: unknown[]; error?: { message: string } };
  about(source);
  if (!answer.activities) throw new Error(answer.error?.message ?? `HTTP ${response.status}`);
  return answer.activities;
}

async function askIn(world: DemoWorld, source: string): Promise<unknown[]> {
  try {
    return await say(world.teams.userSayUrl, source);
  } finally {
    await world.stop();
  }
}

/** With the real organisation, read only: nothing is sent to Teams, and the database is in memory. */
async function askReal(): Promise<unknown[] | undefined> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const services = process.env['PIPEBOT_CONFIG'] ?? 'pipebot.yaml';
  if (!process.env['AZURE_DEVOPS_ORG_URL'] || !existsSync(services)) return undefined;
  const { MicrosoftAppId: _, ...environment } = process.env;
  const local = { ...environment, PIPEBOT_LOCAL: 'true', PORT: '0', LOG_LEVEL: 'silent' };
  const settings = loadSettings(local, (path) => readFileSync(path, 'utf8'));
  if ('problems' in settings) {
    console.error(problemLines(settings.problems).join('\n'));
    process.exit(1);
  }
  const makeSettings = (): Settings => settings.value;
  const world = await startDemoWorld({ clock: systemClock, makeSettings });
  return askIn(world, `asking ${process.env['AZURE_DEVOPS_ORG_URL']}`);
}

async function askStandIn(): Promise<unknown[]> {
  const clock = createScriptedClock();
  const azure = await startAzureDevOpsStandIn({ clock });
  const shop = addShop(azure);
  await playHistory(azure, shop, clock);
  azure.queueBuild(shop.pythonBase, { branch: 'refs/heads/develop', requestedFor: 'Grace Hopper' }).start();
  await clock.advance(6 * 60_000);
  const world = await startDemoWorld({ clock, azure, makeSettings: (_, key) => demoSettings(azure, key, 0) });
  const timeLapse = startTimeLapse(clock, 1);
  const answer = await askIn(
    world,
    'a made-up organisation; put a .env and a pipebot.yaml here to ask your own',
  );
  await timeLapse.stop();
  return answer;
}
