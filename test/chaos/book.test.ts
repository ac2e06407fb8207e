// The judge of a chaos run: whether it sees what it is there to see. What people were shown is made up here.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Book, type Comparison } from '../../scripts/chaos/book.ts';
import { beganWith, cameTo, Screen } from '../../scripts/chaos/screen.ts';
import { systemClock } from '../../src/clock.ts';
import {
  type StandInConversation,
  startTeamsConnectorStandIn,
  type TeamsConnectorStandIn,
} from '../stand-ins/teams-connector/teams-connector-stand-in.ts';

const REPEAT = ' You may have seen this before: the first attempt to send it was never confirmed.';

let teams: TeamsConnectorStandIn;
let channel: StandInConversation;
let book: Book;

beforeEach(async () => {
  teams = await startTeamsConnectorStandIn({ clock: systemClock, requireToken: false });
  channel = teams.addChannel(teams.addTeam('Shop'), 'payments');
  book = new Book(new Screen(teams, [channel]));
});
afterEach(() => teams.close());

/** What the bot sends; gives back the message's id. */
async function send(text: string, id?: string): Promise<string> {
  const path = `v3/conversations/${encodeURIComponent(channel.id)}/activities${id ? `/${id}` : ''}`;
  const response = await fetch(new URL(path, teams.serviceUrl), {
    method: id ? 'PUT' : 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ type: 'message', text }),
  });
  return ((await response.json()) as { id: string }).id;
}

const link = (buildId: number) => `https://dev.azure.com/contoso/Shop/_build/results?buildId=${buildId}`;

function oweNews(buildId: number): void {
  void book.owe({
    kind: 'news',
    conversationId: channel.id,
    what: `news of ${buildId}`,
    isShownBy: (message) => beganWith(message, buildId),
  });
}

function oweUpdate(buildId: number, [first, ...older]: readonly [number, ...number[]]): void {
  void book.owe({
    kind: 'update',
    conversationId: channel.id,
    what: `update to ${buildId}`,
    isShownBy: (message) => beganWith(message, first) && cameTo(message, buildId, [first, ...older]),
  });
}

function compare(): Comparison {
  book.tick();
  return book.compare();
}

const WELL = { lost: [], duplicates: [], unexpected: [], marked: 0 };

describe('the book', () => {
  it('is content when everything owed is seen once', async () => {
    oweNews(1);
    oweUpdate(2, [1]);
    expect(book.openCount).toBe(2);
    const id = await send(link(1));
    await send(link(2), id);
    expect(compare()).toEqual({ ...WELL, told: { reply: 0, update: 1, news: 1 } });
    expect(book).toMatchObject({ openCount: 0, toldCount: 2 });
  });

  it('notices what is never seen', () => {
    oweNews(1);
    oweUpdate(2, [1]);
    expect(compare()).toMatchObject({ lost: ['news news of 1', 'update update to 2'] });
  });

  it('notices an update that was overwritten by an older one', async () => {
    oweNews(1);
    oweUpdate(2, [1]);
    const id = await send(link(1));
    await send(link(2), id);
    book.tick();
    await send(link(1), id);
    expect(compare()).toMatchObject({ lost: ['update update to 2'] });
  });

  it('notices what is told twice without a word', async () => {
    oweNews(1);
    const ids = [await send(link(1)), await send(link(1))];
    expect(compare()).toMatchObject({ duplicates: [`news of 1: ${ids.join(', ')}`] });
  });

  it('accepts and counts what is told once more and says so, whichever comes first', async () => {
    for (const [first, second] of [
      ['', REPEAT],
      [REPEAT, ''],
    ]) {
      const buildId = first === '' ? 1 : 2;
      oweNews(buildId);
      await send(`${link(buildId)} ${first}`);
      await send(`${link(buildId)} ${second}`);
    }
    expect(compare()).toMatchObject({ ...WELL, marked: 2 });
  });

  it('notices what nobody was owed', async () => {
    await send(link(9));
    expect(compare().unexpected.join()).toContain('buildId=9');
  });

  it('tells one build from another whose number begins alike', async () => {
    oweNews(1);
    await send(link(12));
    expect(compare()).toMatchObject({ lost: ['news news of 1'] });
  });
});
