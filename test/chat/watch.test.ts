// How many watches there may be, and that two clicks make one.
import { beforeEach, describe, expect, it } from 'vitest';
import { type ChatBench, createChatBench } from './chat-bench.ts';

let bench: ChatBench;
beforeEach(() => {
  bench = createChatBench();
});

describe('watch', () => {
  it.each([
    [
      { conversation: 50, person: 0, tenant: 0 },
      { limit: 50, whose: 'conversation' },
    ],
    [
      { conversation: 0, person: 100, tenant: 0 },
      { limit: 100, whose: 'person' },
    ],
    [
      { conversation: 0, person: 0, tenant: 20_000 },
      { limit: 20_000, whose: 'tenant' },
    ],
  ])('beyond a limit (%j) makes none', async (others, full) => {
    bench.state.others = others;
    expect(await bench.remarkOn('watch payments')).toEqual({ code: 'watches-full', ...full });
    expect(bench.state.watches).toEqual([]);
  });

  it('finds a limit that was reached while Azure DevOps was read', async () => {
    const { record } = await bench.reply('watch payments');
    bench.state.others.person = 100;
    expect(await record?.('reply')).toMatchObject({ remark: { code: 'watches-full', whose: 'person' } });
    expect(bench.state.watches).toEqual([]);
  });

  it('has its place polled, and joins what is watched already', async () => {
    expect((await bench.say('watch payments')).kind).toBe('watch');
    expect(bench.state.polled).toEqual([
      { organization: 'contoso', project: 'Shop', branch: 'refs/heads/develop' },
    ]);
    bench.state.others.conversation = 50;
    expect((await bench.remarkOn('watch payments')).code).toBe('already-watching');
    expect(bench.state.watches).toHaveLength(1);
  });

  it('is joined by nobody who has too many, but by an asker as often as they like', async () => {
    await bench.say('watch payments');
    bench.state.others.person = 100;
    expect((await bench.remarkOn('watch payments')).code).toBe('already-watching');
    const from = { id: '29:grace', name: 'Grace' };
    expect(await bench.remarkOn('watch payments', { from })).toEqual({
      ...{ code: 'watches-full', limit: 100, whose: 'person' },
    });
  });

  it('ends with one click of two', async () => {
    await bench.say('watch payments');
    const [first, second] = [await bench.reply('unwatch payments'), await bench.reply('unwatch payments')];
    expect(await first.record?.('one')).toMatchObject({ remark: { code: 'watches-stopped' } });
    expect((await second.record?.('two')) ?? second.content).toMatchObject({
      remark: { code: 'not-watching' },
    });
  });
});
