// `pipebot gate` and whatever may stand at the address that it was given: what counts as an answer, and what is shown.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Front, type FrontAnswer, PROXY_PAGE, startFront } from './front.ts';
import { gateHere } from './run-gate.ts';

const KEY = 'canary-of-the-gate-key-32-characters';
const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
let front: Front;
beforeEach(async () => {
  front = await startFront();
});
afterEach(() => front.close());

const environment = (changes: Readonly<Record<string, string>> = {}) => ({
  PIPEBOT_URL: front.url,
  PIPEBOT_KEY: KEY,
  ...changes,
});
const body = (changes: object = {}) => ({
  id: 'gate-1',
  decision: 'continue',
  reason: 'base-succeeded',
  message: 'python-base 7 on develop succeeded.',
  service: 'payments',
  branch: 'refs/heads/develop',
  base: {
    name: 'python-base',
    definitionId: 183,
    url: 'https://dev.azure.com/contoso/Shop/_build/results?buildId=7',
  },
  ...changes,
});
const says = (status: number, json: unknown, headers = {}): FrontAnswer => ({
  status,
  headers: { ...JSON_TYPE, ...headers },
  body: typeof json === 'string' ? json : JSON.stringify(json),
});
const RUNNING = { decision: 'wait', reason: 'base-running', message: 'python-base 7 is running.' };
const wait = (changes: object = {}) => says(503, body({ ...RUNNING, ...changes }), { 'retry-after': '10' });
const stop = (changes: object = {}) =>
  says(424, body({ decision: 'stop', reason: 'base-failed', message: 'python-base 7 failed.', ...changes }));

describe('only a whole answer continues', () => {
  it.each<[string, FrontAnswer]>([
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>Sign in</html>' }],
    ['nothing', { status: 200 }],
    [
      'an answer that calls itself a page',
      { ...says(200, body()), headers: { 'content-type': 'text/html' } },
    ],
    ['half an answer', says(200, JSON.stringify(body()).slice(0, -9))],
    ['a list', says(200, [body()])],
    ['an answer without an id', says(200, body({ id: undefined }))],
    ['an answer without a reason', says(200, body({ reason: '' }))],
    ['an answer without a base', says(200, body({ base: null }))],
    ['a decision that nobody knows', says(200, body({ decision: 'proceed' }))],
    ['wait with 200', says(200, body(RUNNING))],
    ['continue with 201', says(201, body())],
    ['continue with 503', says(503, body())],
    ['continue with 424', says(424, body())],
    ['stop with 503', says(503, body({ decision: 'stop' }))],
    ['an answer without end', says(200, JSON.stringify(body({ message: 'x'.repeat(300_000) })))],
    ['an error of PipeBot’s that passes', says(500, { error: 'internal', message: 'Something went wrong.' })],
    ['a request for a pause', says(429, { error: 'gate-full', message: 'Full.' })],
  ])('%s is waited out', async (_name, answer) => {
    front.answers.push(answer, stop());
    const { code, printed } = await gateHere('payments', environment());
    expect([code, front.requests.length]).toEqual([1, 2]);
    expect(printed[0]).toMatch(
      /^Waiting, \d+ s of 30 min: (What answered is not PipeBot: HTTP \d+ |Something|Full)/,
    );
  });

  it('not one about another gate', async () => {
    front.answers.push(wait(), says(200, body({ id: 'gate-2' })), stop());
    expect((await gateHere('payments', environment())).code).toBe(1);
    expect(front.requests.map(({ target }) => /id=gate-1/.test(target))).toEqual([false, true, true]);
  });

  it('and it does', async () => {
    front.answers.push(says(200, body()));
    expect(await gateHere('payments', environment())).toEqual({
      code: 0,
      noted: [],
      printed: ['Continue: python-base 7 on develop succeeded.'],
    });
  });
});

describe('what is asked', () => {
  const queries = () =>
    front.requests.map(({ target }) => Object.fromEntries(new URLSearchParams(target.split('?')[1])));

  it('comes with the branch and the run of the pipeline, and the commit only when it is given', async () => {
    const pipeline = {
      BUILD_SOURCEBRANCH: 'refs/heads/feature/tax',
      BUILD_BUILDID: '4711',
      BUILD_SOURCEVERSION: 'a'.repeat(40),
    };
    front.answers.push(says(200, body()), says(200, body()));
    await gateHere('payments --wait 2m', environment(pipeline));
    await gateHere(
      'my-service --branch main --build-id 7 --commit ABCDEF1 --settle 0',
      environment(pipeline),
    );
    expect(queries()[0]).toEqual({
      wait: '60000ms',
      timeout: expect.stringMatching(/^1[12]\d{4}ms$/),
      branch: 'refs/heads/feature/tax',
      buildId: '4711',
    });
    expect(queries()[1]).toMatchObject({
      branch: 'refs/heads/main',
      buildId: '7',
      commit: 'abcdef1',
      settle: '0ms',
    });
    expect(front.requests.map(({ target, key }) => [target.split('?')[0], key])).toEqual([
      ['/api/gate/payments', KEY],
      ['/api/gate/my-service', KEY],
    ]);
  });

  it('a gate that the server has forgotten is asked for anew, with the old deadline', async () => {
    front.answers.push(wait(), says(404, { error: 'gate-unknown', message: 'There is no gate.' }));
    front.answers.push(says(200, body({ id: 'gate-2' })));
    const { code, printed } = await gateHere('payments --wait 5m', environment());
    expect([code, printed[1]]).toEqual([0, expect.stringMatching(/: There is no gate\.$/)]);
    expect(queries().map(({ id }) => id)).toEqual([undefined, 'gate-1', undefined]);
    expect(Number.parseInt(queries()[2]?.['timeout'] ?? '', 10)).toBeLessThan(290_000);
  });
});

describe('what ends at once with 2', () => {
  it.each<[string, FrontAnswer, RegExp]>([
    [
      'a redirect, which would carry the key away',
      { status: 307, headers: { location: 'https://elsewhere.example.com/login' } },
      /redirect to https:\/\/elsewhere\.example\.com \(HTTP 307\), which is not followed/,
    ],
    ['a refused question', says(400, { error: 'branch-invalid', message: 'No branch.' }), /^No branch\.$/],
    [
      'a gate that is unknown although none was named',
      says(404, { error: 'gate-unknown', message: 'No.' }),
      /^No\.$/,
    ],
  ])('%s', async (_name, answer, sentence) => {
    front.answers.push(answer);
    const { code, printed, noted } = await gateHere('payments', environment());
    expect([code, printed, noted.length, front.requests.length]).toEqual([2, [], 1, 1]);
    expect(noted[0]).toMatch(sentence);
  });
});

describe('its own deadline', () => {
  it('ends with 2 and what was known last, when nothing answers any more', async () => {
    front.answers.push(wait(), ...Array.from({ length: 40 }, () => PROXY_PAGE));
    const { code, noted } = await gateHere('payments --wait 1m', environment());
    expect([code, noted]).toEqual([
      2,
      [
        'The time is up, and PipeBot could not be asked. What answered is not PipeBot: HTTP 502 with a web page that is no answer of a gate. Last known: python-base 7 is running.',
      ],
    ]);
  });

  it('is told to the server, as are the pauses kept that it asks for', async () => {
    front.answers.push(wait(), wait(), says(200, body()));
    const begunAt = performance.now();
    await gateHere('payments --wait 5m', environment());
    // Twice 10 s, a hundred times faster.
    expect(performance.now() - begunAt).toBeGreaterThan(195);
    const timeouts = front.requests.map(({ target }) =>
      Number.parseInt(new URLSearchParams(target.split('?')[1]).get('timeout') ?? '', 10),
    );
    expect(timeouts[0]).toBeGreaterThan(285_000);
    expect(timeouts[2]).toBeLessThan(281_000);
  });

  it('a last wait is no continue', async () => {
    front.answers.push(...Array.from({ length: 9 }, () => wait()));
    const { code, noted } = await gateHere('payments --wait 15s', environment());
    expect([code, noted]).toEqual([2, ['The time is up: python-base 7 is running.']]);
  });

  it('timed-out ends with 2', async () => {
    front.answers.push(stop({ reason: 'timed-out', message: 'Gave up after 30 min.' }));
    expect((await gateHere('payments', environment())).code).toBe(2);
  });
});

describe('in a pipeline', () => {
  const pipeline = () => environment({ TF_BUILD: 'True' });
  const EVIL = 'bad ##vso[task.setvariable variable=x]y ##\u200bvso[task.complete]\r\n##[error]z 100%';

  it('shows progress by a logging command, and the end of a bad wait as an error', async () => {
    const times = { startedAt: '2026-11-22T06:00:00Z', expectedEndAt: '2026-11-22T06:10:00Z' };
    front.answers.push(
      wait({ base: { ...body().base, ...times }, observedAt: '2026-11-22T06:04:00Z' }),
      stop(),
    );
    const { code, printed, noted } = await gateHere('payments', pipeline());
    expect([code, noted]).toEqual([1, []]);
    expect(printed).toEqual([
      expect.stringMatching(/^Waiting, \d+ s of 30 min: python-base 7 is running\.$/),
      '##vso[task.setprogress value=40;]',
      '##vso[task.logissue type=error]Stop: python-base 7 failed. See https://dev.azure.com/contoso/Shop/_build/results?buildId=7',
    ]);
  });

  it('repeats what has not changed once a minute only', async () => {
    front.answers.push(...Array.from({ length: 15 }, () => wait()), says(200, body()));
    const { printed } = await gateHere('payments', pipeline());
    const waiting = printed.filter((line) => line.startsWith('Waiting'));
    expect(waiting.length).toBeGreaterThanOrEqual(3);
    expect(waiting.length).toBeLessThanOrEqual(5);
    expect(waiting.at(-1)).toMatch(/^Waiting, [2-5] min of 30 min/);
    expect(printed.slice(-2)).toEqual([
      'Continue: python-base 7 on develop succeeded.',
      '##vso[task.setprogress value=100;]',
    ]);
  });

  it('warns of a base that only partially succeeded', async () => {
    front.answers.push(says(200, body({ reason: 'base-partially-succeeded', message: 'Half.' })));
    expect((await gateHere('payments', pipeline())).printed.at(-1)).toBe(
      '##vso[task.logissue type=warning]Half.',
    );
  });

  it.each(['', ' --json'])('nobody else’s text acts as a command%s', async (json) => {
    const base = { name: EVIL, url: `https://x/${EVIL}` };
    front.answers.push(
      says(503, { error: 'store-unavailable', message: `${EVIL} 1` }),
      wait({ message: `${EVIL} 2`, base }),
      stop({ message: EVIL, base, reason: `##vso[x]` }),
    );
    const { printed, noted } = await gateHere(`payments${json}`, pipeline());
    const lines = [...printed, ...noted];
    expect(lines.length).toBeGreaterThan(4);
    for (const line of lines) {
      expect(line).not.toMatch(/[\r\n\u200b]/);
      expect(line.replace(/^##vso\[task\.(setprogress value=\d+;|logissue type=error)\]/, '')).not.toContain(
        '##',
      );
    }
    if (json !== '') expect(JSON.parse(printed[0] ?? '')).toMatchObject({ message: EVIL, base });
  });
});

describe('--json', () => {
  it('prints the last answer and nothing else on standard output', async () => {
    front.answers.push(wait(), says(200, body({ more: 1 })));
    const { printed, noted } = await gateHere('payments --json', environment());
    expect(printed.map((line) => JSON.parse(line))).toEqual([body({ more: 1 })]);
    expect(noted[0]).toMatch(/^Waiting/);
  });

  it('prints an error as one, and no key that an answer echoes', async () => {
    front.answers.push(says(401, { error: 'gate-unauthorized', message: `Not ${KEY}.` }));
    const { printed } = await gateHere('payments --json', environment());
    expect(printed).toEqual(['{"error":"gate-unauthorized","message":"Not [redacted]."}']);
  });
});

describe('on a terminal', () => {
  it('one line is rewritten, and cleared before the last word', async () => {
    front.answers.push(wait(), wait(), stop());
    const shown: string[] = [];
    const rewriteOutput = (line: string) => void shown.push(line);
    const { printed } = await gateHere('payments', environment(), { rewriteOutput });
    expect(printed).toEqual([expect.stringMatching(/^Stop: /)]);
    expect(shown.at(-1)).toBe('');
    expect(shown).toContainEqual(
      expect.stringMatching(/^Waiting, \d+ s of 30 min: python-base 7 is running\.$/),
    );
    expect(shown.length).toBeGreaterThan(10);
  });
});
