// The demo's story of a job that is called back, as npm run demo tells it: what it shows side by side is the same.
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type SameReason, tellCallbackStory } from '../../scripts/demo/callback-story.ts';
import { type DemoWorld, demoSettings, startDemoWorld } from '../../scripts/demo/demo-world.ts';
import type { Teller } from '../../scripts/demo/teller.ts';
import {
  type AzureDevOpsStandIn,
  startAzureDevOpsStandIn,
} from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { addShop, playHistory, type Shop } from '../stand-ins/shop.ts';
import { createScriptedClock, type ScriptedClock } from '../support/scripted-clock.ts';

const STEP_MS = 15_000;
/** In the test, time moves only while the story waits. */
const timeLapse = { standStill: <Value>(work: () => Promise<Value>) => work() };

let clock: ScriptedClock;
let azure: AzureDevOpsStandIn;
let shop: Shop;
let world: DemoWorld;

beforeEach(async () => {
  clock = createScriptedClock();
  azure = await startAzureDevOpsStandIn({ clock });
  shop = addShop(azure);
  await playHistory(azure, shop, clock);
  world = await startDemoWorld({ clock, azure, makeSettings: (_, key) => demoSettings(azure, key, 0) });
});
afterEach(() => world.stop());

/** Keeps what was printed. */
function listen(): { readonly tell: Teller; readonly lines: string[]; readonly columns: string[][] } {
  const [lines, columns]: [string[], string[][]] = [[], []];
  const tell: Teller = {
    chapter: (title) => void lines.push(title),
    speech: (who, text) => void lines.push(`${who}: ${text}`),
    box: (who, text) => void lines.push(`${who}: ${text}`),
    note: (text) => void lines.push(text),
    columns: (texts) => void columns.push(texts.map(({ text }) => text)),
    async during(_, work) {
      let isOver = false;
      void work.then(() => {
        isOver = true;
      });
      while (!isOver) {
        await clock.advance(STEP_MS);
        await world.app.idle();
      }
      return work;
    },
  };
  return { tell, lines, columns };
}

it('log, card and JSON say the same sentence while the base runs, while it is held, and at the end', async () => {
  const { tell, lines, columns } = listen();
  const shown = await tellCallbackStory({ world: { ...world, azure }, shop, clock, tell, timeLapse });
  expect(shown.map(({ reason }) => reason)).toEqual(['base-running', 'held', 'base-succeeded']);
  expect(shown.map(theOne)).toEqual([
    'python-base 20261123.1 on develop has been running for 3 min, usually takes 12 min.',
    'Ada Lovelace has just begun to hold this gate: migration. It waits until it is released, for another 1 day at most.',
    'python-base 20261123.1 on develop succeeded just now.',
  ]);
  expect(columns).toEqual(shown.map(({ log, card, json }) => [log, card, json]));
  // In this order, with other lines between them.
  const shownInReadme = readmeExcerpt();
  expect(shownInReadme).toHaveLength(9);
  expect(lines.filter((line) => shownInReadme.includes(line))).toEqual(shownInReadme);
});

function theOne({ log, card, json }: SameReason): string {
  expect([card, json]).toEqual([log, log]);
  return log;
}

/** What the README shows of the story, as the teller got it. */
function readmeExcerpt(): string[] {
  const page = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const [, text = ''] = /### The gate calls back[\s\S]*?```text\n([\s\S]*?)\n```/.exec(page) ?? [];
  return text.split('\n').map((line) => `${line.slice(0, 10).trim()}: ${line.slice(10)}`);
}
