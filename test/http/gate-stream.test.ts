// A stream over a real connection whose reader is slow, and how one is asked for.
import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { GateStream } from '../../src/http/gate-stream.ts';
import { streamFormatOf } from '../../src/http/stream-format.ts';
import { createScriptedClock, type ScriptedClock } from '../support/scripted-clock.ts';

describe('asking for a stream', () => {
  it.each([
    ['text/event-stream', 'text/event-stream; charset=utf-8'],
    [' Application/X-NDJSON ', 'application/x-ndjson; charset=utf-8'],
  ])('%s gets one', (accept, contentType) => {
    expect(streamFormatOf(accept)?.contentType).toBe(contentType);
  });

  it.each([
    undefined,
    '',
    '*/*',
    'application/json',
    'application/json, text/event-stream',
    'text/event-stream, */*;q=0.1',
    'text/event-stream;q=0',
    'text/*',
    'text/event-streams',
    '__proto__',
  ])('%s gets an ordinary answer', (accept) => {
    expect(streamFormatOf(accept)).toBeUndefined();
  });
});

describe('a slow reader', () => {
  let server: Server;
  let socket: Socket;
  let response: ServerResponse;
  let clock: ScriptedClock;
  let stream: GateStream;
  let heard: string;

  beforeEach(async () => {
    clock = createScriptedClock();
    heard = '';
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n');
    [, response] = (await once(server, 'request')) as [unknown, ServerResponse];
    const format = streamFormatOf('application/x-ndjson');
    if (!format) throw new Error('no such format');
    stream = new GateStream(response, format, clock);
    stream.begin();
  });
  afterEach(() => {
    socket.destroy();
    server.closeAllConnections();
    server.close();
  });

  const read = () =>
    socket.setEncoding('utf8').on('data', (chunk) => {
      heard += chunk;
    });
  const large = (count: number) => ({ reason: 'base-running', message: `${count} ${'x'.repeat(100_000)}` });
  /** More than the system's own buffers take, so that the rest would have to be kept here. */
  async function flood(): Promise<number> {
    let count = 0;
    for (; count < 400; count++) {
      stream.progress(large(count));
      await nextTurn();
    }
    return count;
  }

  it('that is told what does not change hears it once', async () => {
    read();
    stream.progress({ reason: 'base-running', message: 'one' });
    stream.progress({ reason: 'base-running', message: 'one' });
    stream.progress({ reason: 'settling', message: 'one' });
    stream.end('decision', { decision: 'continue' });
    stream.progress({ reason: 'base-running', message: 'late' });
    await expect.poll(() => heard).toContain('"decision"');
    expect(heard.match(/"type":"\w+"/g)).toEqual([
      '"type":"progress"',
      '"type":"progress"',
      '"type":"decision"',
    ]);
  });

  it('costs a bounded buffer, hears the newest progress when it reads again, and the decision last', async () => {
    const count = await flood();
    expect(response.writableLength).toBeLessThan(1_000_000);
    read();
    await expect.poll(() => heard.includes(`"message":"${count - 1} `)).toBe(true);
    stream.end('decision', { decision: 'continue' });
    await expect.poll(() => heard).toContain('"type":"decision"');
    expect(heard.match(/"type":"progress"/g)?.length).toBeLessThan(count);
    expect(heard.lastIndexOf('"type"')).toBe(heard.indexOf('"type":"decision"'));
  });

  it('is told the decision even when it is blocked', async () => {
    await flood();
    stream.end('decision', { decision: 'stop' });
    read();
    await expect.poll(() => heard).toContain('"type":"decision"');
  });

  it.each([
    ['before the end', () => undefined],
    ['after it', () => stream.end('decision', { decision: 'stop' })],
  ])('that takes nothing for a minute is cut off, %s', async (_name, then) => {
    await flood();
    then();
    await clock.advance(45_000);
    expect(response.destroyed).toBe(false);
    await clock.advance(45_000);
    expect(response.destroyed).toBe(true);
  });
});
