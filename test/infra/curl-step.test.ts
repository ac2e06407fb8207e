// The script of curl-step.yml, run by bash as an agent does it, against a gate that answers what it is told to.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { expandPipelineTemplate } from '../support/expand-pipeline-template.ts';
import { expandMacros } from '../support/expand-task-request.ts';
import { KEY, RUN_VARIABLES, runOn, TEMPLATES } from './azure-run.ts';

type Answer = readonly [status: number, body: string, headers?: Record<string, string>];

let server: Server;
let answers: Answer[];
let asked: IncomingMessage[];

beforeEach(async () => {
  [answers, asked] = [[], []];
  server = createServer((request, response) => {
    asked.push(request);
    const [status, body, headers = {}] = answers.shift() ?? [500, 'asked once too often', {}];
    response.writeHead(status, headers).end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(() => server.close());

/** Runs the step as the agent of a run on this branch would. */
async function run(branch = 'refs/heads/develop') {
  const { port } = server.address() as AddressInfo;
  const variables = { ...runOn(branch), PIPEBOT_URL: `http://127.0.0.1:${port}`, PIPEBOT_KEY: KEY };
  const compiled = expandPipelineTemplate(
    join(TEMPLATES, 'curl-step.yml'),
    { service: 'payments' },
    RUN_VARIABLES,
  );
  const [step] = (compiled as { steps: { bash: string; env: Record<string, unknown> }[] }).steps;
  if (!step) throw new Error('there is no step');
  const mapped = Object.entries(step.env).map(([name, value]) => [
    name,
    expandMacros(String(value), variables),
  ]);
  const env = { PATH: process.env['PATH'], BUILD_BUILDID: '4242', ...Object.fromEntries(mapped) };
  const bash = spawn('bash', ['--noprofile', '--norc', '-c', expandMacros(step.bash, variables)], { env });
  const [[code], printed, noted] = await Promise.all([
    once(bash, 'exit'),
    text(bash.stdout),
    text(bash.stderr),
  ]);
  expect(printed + noted).not.toContain(KEY);
  return { code: code as number, printed, noted };
}

describe('the step with curl', () => {
  it('ends well on 200, having asked with the key and the run', async () => {
    answers = [[200, '{"message":"ready"}']];
    expect(await run()).toEqual({ code: 0, printed: '{"message":"ready"}', noted: '' });
    expect(asked[0]?.url).toBe('/api/gate/payments?wait=30m&branch=refs%2fheads%2fdevelop&buildId=4242');
    expect(asked[0]?.headers['x-pipebot-key']).toBe(KEY);
  });

  it('comes back after a 503, and shows both answers', async () => {
    answers = [
      [503, 'running\n', { 'Retry-After': '1' }],
      [200, 'ready'],
    ];
    const { code, printed } = await run();
    expect({ code, printed, times: asked.length }).toEqual({ code: 0, printed: 'running\nready', times: 2 });
  });

  it.each([424, 400, 401, 404])('ends badly on %i at once, and shows why', async (status) => {
    answers = [[status, 'the base failed']];
    const { code, printed, noted } = await run();
    expect({ code, printed, times: asked.length }).toEqual({
      code: 22,
      printed: 'the base failed',
      times: 1,
    });
    expect(noted).toContain(String(status));
  });

  it.each(['fix#12', 'a&branch=main', 'c++', '100%', 'grün', "it's", '$(id)', '`id`', '{"a"}', '";exit 0;"'])(
    'asks about the branch %s and no other, and runs nothing of it',
    async (name) => {
      answers = [[424, 'stop']];
      expect((await run(`refs/heads/${name}`)).code).toBe(22);
      const { searchParams } = new URL(asked[0]?.url ?? '', 'http://gate');
      expect([...searchParams]).toEqual([
        ['wait', '30m'],
        ['branch', `refs/heads/${name}`],
        ['buildId', '4242'],
      ]);
    },
  );
});
