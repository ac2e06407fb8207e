// Pipelines that listen at the gate: what they hear, and how it ends.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { GATE_KEY, startWorld, type World, type WorldOptions } from './world.ts';

const DEVELOP = { branch: 'refs/heads/develop' };

let world: World;
afterEach(() => world.stop());

interface Listener {
  readonly response: IncomingMessage;
  readonly text: () => string;
  /** Every line of JSON, as it was read; comments are left out. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of any shape.
  readonly events: () => any[];
  readonly isOver: () => boolean;
  hangUp(): void;
}

async function listen(path: string, accept = 'application/x-ndjson'): Promise<Listener> {
  const outgoing = request(`${world.app.url}/api/gate/${path}`, {
    headers: { 'x-pipebot-key': GATE_KEY, accept },
  });
  outgoing.on('error', () => undefined);
  const response = await new Promise<IncomingMessage>((resolve) => {
    outgoing.on('response', resolve).end();
  });
  let text = '';
  let isOver = false;
  response.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  response
    .on('error', () => undefined)
    .on('close', () => {
      isOver = true;
    });
  return {
    response,
    text: () => text,
    events: () =>
      text
        .split('\n')
        .map((line) => line.replace(/^data: /, ''))
        .filter((line) => line.startsWith('{'))
        .map((line) => JSON.parse(line)),
    isOver: () => isOver,
    hangUp: () => outgoing.destroy(),
  };
}

async function startRunning(options: WorldOptions = {}) {
  world = await startWorld(options);
  const base = world.azure.queueBuild(world.shop.pythonBase, DEVELOP);
  base.start();
  return base;
}

/** Lets scripted seconds pass until it is so. */
async function until(isSo: () => boolean, seconds = 30): Promise<void> {
  for (let second = 0; second < seconds && !isSo(); second++) {
    await world.clock.advance(1_000);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  await expect.poll(isSo, { timeout: 5_000 }).toBe(true);
}

const typesOf = (listener: Listener) => listener.events().map(({ type }) => type);

describe('a caller that listens', () => {
  it('hears 200 and how things stand at once, then every change, and the decision last and once', async () => {
    const base = await startRunning();
    const listener = await listen('payments?wait=30m');
    expect(listener.response.statusCode).toBe(200);
    expect(listener.response.headers).toMatchObject({
      'content-type': 'application/x-ndjson; charset=utf-8',
      'cache-control': 'no-store, no-transform',
    });
    await expect.poll(() => typesOf(listener)).toEqual(['progress']);
    const [first] = listener.events();
    expect(first).toMatchObject({ reason: 'base-running', service: 'payments' });
    expect(first.decision).toBeUndefined();
    await until(() => listener.events().length > 2, 200);
    base.succeed();
    await until(listener.isOver);
    const types = typesOf(listener);
    expect(types.at(-1)).toBe('decision');
    expect(types.filter((type) => type === 'decision')).toHaveLength(1);
    const { type: _, ...body } = listener.events().at(-1);
    expect(body).toEqual((await world.gate(`payments?id=${body.id}`)).body);
    expect(body.decision).toBe('continue');
    const sentences = listener.events().flatMap(({ message }) => message ?? []);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  it('as server-sent events hears the same, with comments in between', async () => {
    const base = await startRunning();
    const listener = await listen('payments?wait=30m', 'text/event-stream');
    await until(() => listener.text().includes('\n: waiting\n\n'));
    base.fail({});
    await until(listener.isOver);
    expect(listener.text()).toMatch(/^event: progress\ndata: \{.*\}\n\n/);
    expect(listener.text()).toMatch(/\nevent: decision\ndata: \{[^\n]*"decision":"stop"[^\n]*\}\n\n$/);
  });

  it('is sent a sign of life every 15 s, and held for longer than a minute', async () => {
    await startRunning();
    const listener = await listen('payments?wait=30m');
    await expect.poll(() => typesOf(listener)).toEqual(['progress']);
    for (let quarter = 1; quarter <= 8; quarter++) {
      await world.clock.advance(15_000);
      await expect
        .poll(() => typesOf(listener).filter((type) => type === 'waiting').length)
        .toBeGreaterThanOrEqual(quarter);
    }
    expect(listener.isOver()).toBe(false);
    expect(world.app.waitingGates).toBe(1);
  });

  it('is answered wait when its time is over: that is the decision', async () => {
    await startRunning();
    const listener = await listen('payments?wait=2m&timeout=10m');
    await until(listener.isOver, 130);
    expect(listener.events().at(-1)).toMatchObject({ type: 'decision', decision: 'wait' });
    expect(listener.events().at(-1).retryAfterSeconds).toBeGreaterThan(0);
  });

  it('that needs not wait hears the decision alone', async () => {
    (await startRunning()).succeed();
    const listener = await listen('payments');
    await expect.poll(listener.isOver).toBe(true);
    expect(listener.response.statusCode).toBe(200);
    expect(typesOf(listener)).toEqual(['decision']);
  });

  it('is told by status and JSON what goes wrong before the first byte', async () => {
    await startRunning();
    for (const [path, status] of [
      ['payments?id=none', 404],
      ['payments?wait=soon', 400],
      ['paymnets', 404],
    ] as const) {
      const listener = await listen(path);
      await expect.poll(listener.isOver).toBe(true);
      expect(listener.response.statusCode).toBe(status);
      expect(listener.response.headers['content-type']).toMatch(/^application\/json/);
    }
  });

  it('hears an error with its id when PipeBot stops, and no decision; with the id it comes back', async () => {
    const { mkdtempSync } = await import('node:fs');
    const base = await startRunning({ database: { dataDir: mkdtempSync('/tmp/pipebot-stream-') } });
    const listener = await listen('payments?wait=30m&timeout=20m');
    await expect.poll(() => typesOf(listener)).toEqual(['progress']);
    await world.restart();
    await expect.poll(listener.isOver).toBe(true);
    const last = listener.events().at(-1);
    expect(last).toMatchObject({ type: 'error', error: 'shutting-down', retryAfterSeconds: 5 });
    expect(typesOf(listener)).not.toContain('decision');
    expect(last.id).toBe(listener.events()[0].id);
    base.succeed();
    await world.clock.advance(5_000);
    expect((await world.gate(`payments?id=${last.id}`)).body).toMatchObject({
      id: last.id,
      decision: 'continue',
    });
  });

  it('that hangs up frees its place at once', async () => {
    await startRunning();
    const listener = await listen('payments?wait=30m');
    await expect.poll(() => world.app.waitingGates).toBe(1);
    const before = world.clock.now();
    listener.hangUp();
    await expect.poll(() => world.app.waitingGates, { timeout: 1_000 }).toBe(0);
    expect(world.clock.now()).toBe(before);
  });

  it('and has asked as curl does in docs/gate.md hears what is promised there', async () => {
    (await startRunning()).succeed();
    const { stdout } = await runDocumentedCall();
    expect(stdout).toMatch(/^\{"type":"decision",.*"decision":"continue"/m);
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).fail({});
    await world.clock.advance(5_000);
    await expect(runDocumentedCall()).rejects.toMatchObject({ code: 1 });
    world.azure.queueBuild(world.shop.pythonBase, DEVELOP).start();
    await world.clock.advance(5_000);
    const waiting = runDocumentedCall().catch((error: unknown) => error);
    await expect.poll(() => world.app.waitingGates, { timeout: 5_000 }).toBe(1);
    await world.app.stop();
    expect(await waiting).toMatchObject({ code: 1, stdout: expect.stringContaining('"shutting-down"') });
  });
});

function runDocumentedCall(): Promise<{ readonly stdout: string }> {
  return promisify(execFile)('bash', ['-c', documentedCall()], {
    env: { PATH: process.env['PATH'] ?? '', PIPEBOT_URL: world.app.url, PIPEBOT_KEY: GATE_KEY },
  });
}

/** The script of the page's section on streams. */
function documentedCall(): string {
  const page = readFileSync(new URL('../../docs/gate.md', import.meta.url), 'utf8');
  const [, script] = /## A step that listens[\s\S]*?```bash\n([\s\S]*?)```/.exec(page) ?? [];
  if (script === undefined) throw new Error('docs/gate.md shows no call of a stream');
  return script;
}

it('a caller whose own run is cancelled while it waits is stopped, and no longer waits', async () => {
  await startRunning();
  const own = world.azure.queueBuild(world.shop.builds.payments, DEVELOP);
  own.start();
  const listener = await listen(`payments?wait=30m&buildId=${own.id}`);
  await until(() => listener.events().length > 1);
  own.cancel();
  await until(listener.isOver, 130);
  expect(listener.events().at(-1)).toMatchObject({ type: 'decision', decision: 'stop', reason: 'timed-out' });
  expect(listener.events().at(-1).message).toContain('The run that asked has ended');
  expect(world.app.waitingGates).toBe(0);
});
