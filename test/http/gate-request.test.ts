// A gate's question from the URL, the body and the header BuildId: one reader, and who says a thing twice says the same.
import { describe, expect, it } from 'vitest';
import { PipeBotError } from '../../src/errors.ts';
import { readGateParameters } from '../../src/http/gate-request.ts';
import { parseGateBody } from '../../src/http/read-gate-body.ts';
import { errorSentence } from '../../src/text/error.ts';

const read = (query: string, body = '', buildId?: number) =>
  readGateParameters(new URLSearchParams(query), {
    body: parseGateBody(body),
    ...(buildId === undefined ? {} : { buildId }),
  });
const refusal = (query: string, body = '', buildId?: number): string => {
  try {
    read(query, body, buildId);
  } catch (error) {
    if (error instanceof PipeBotError && error.code === 'gate-request-invalid') return errorSentence(error);
    throw error;
  }
  throw new Error('was not refused');
};

const COMMIT = 'ab'.repeat(20);
const WHOLE = {
  ...{ branch: 'refs/heads/develop', commit: COMMIT, settleMs: 30_000, waitMs: 1_800_000 },
  ...{ timeoutMs: 2_700_000, buildId: 4242, id: 'g-1' },
};
const BODY = `{"branch":"develop","commit":"${COMMIT}","settle":"30s","wait":"30m","timeout":"45m","buildId":4242,"id":"g-1"}`;

describe('the body', () => {
  it('takes every parameter that the URL takes', () => {
    expect(read('', BODY)).toEqual(WHOLE);
    expect(
      read(`branch=develop&commit=${COMMIT}&settle=30s&wait=30m&timeout=45m&buildId=4242&id=g-1`),
    ).toEqual(WHOLE);
  });

  it.each(['', ' ', '\r\n', '{}', ' { } '])('%j says nothing', (body) => {
    expect(read('branch=develop', body)).toEqual({ branch: 'refs/heads/develop', waitMs: 0 });
  });

  it('leaves out what a task of Azure cannot leave out itself, but no branch', () => {
    const empty = '"timeout":"","settle":"","commit":""';
    expect(read('', `{"branch":"develop",${empty}}`)).toEqual({ branch: 'refs/heads/develop', waitMs: 0 });
    expect(read('timeout=45m', `{${empty}}`)).toEqual({ timeoutMs: 2_700_000, waitMs: 0 });
    expect(() => read('', '{"branch":""}')).toThrow('branch-invalid');
    expect(refusal('', '{"wait":""}')).toContain('wait');
    expect(refusal('', `{${empty},"commit":"abcdef1"}`)).toContain('gives a parameter more than once');
    expect(refusal('settle=')).toContain('settle');
  });

  it('says what breaks it, and how a pipeline avoids it, as docs/pipelines.md has it', () => {
    expect(refusal('', '{"branch":"refs/heads/a"b"}')).toBe(
      "The gate's question cannot be understood (body): it is not valid JSON. A quotation mark in the name of a branch breaks it, unless it is escaped when the run is compiled. " +
        `Example: {"branch": "\${{ replace(variables['Build.SourceBranch'], '"', '\\"') }}"}`,
    );
  });

  it.each([
    ['a text', '"develop"', 'it is no JSON object'],
    ['a list', '["develop"]', 'it is no JSON object'],
    ['null', 'null', 'it is no JSON object'],
    ['a list within', '{"branch":["develop"]}', 'branch is neither a text nor a number'],
    ['null within', '{"branch":null}', 'branch is neither a text nor a number'],
    ['a truth', '{"wait":true}', 'wait is neither a text nor a number'],
    ['deep', '['.repeat(40), 'nested too deeply'],
    ['said twice', '{"branch":"develop","branch":"main"}', 'gives a parameter more than once'],
    [
      'said twice, once escaped',
      '{"branch":"develop","\\u0062ranch":"main"}',
      'gives a parameter more than once',
    ],
    ['said twice, the same', '{"wait":"1m", "wait" : "1m"}', 'gives a parameter more than once'],
    ['misspelled', '{"brnach":"develop"}', '(brnach): there is no such parameter. Example: branch'],
    ['a name of objects', '{"__proto__":"x"}', 'there is no such parameter'],
    ['no duration', '{"wait":"soon"}', '"soon" is no duration'],
    ['a variable that nobody replaced', '{"branch":"$(Build.SourceBranch)"}', 'did not replace the variable'],
  ])('is refused when it is %s', (_, body, why) => {
    expect(refusal('', body)).toContain(why);
  });

  it('may hold quotation marks and colons within its texts', () => {
    expect(read('', '{"branch":"a\\"b\\",\\"c"}')).toMatchObject({ branch: 'refs/heads/a"b","c' });
    expect(() => read('', '{"branch":"x\\": \\"y"}')).toThrow('branch-invalid: x": "y');
  });
});

describe('what is said in two places', () => {
  it('must be the same', () => {
    expect(read('branch=develop&buildId=4242', '{"branch":"develop","buildId":"4242"}', 4242)).toEqual({
      ...{ branch: 'refs/heads/develop', buildId: 4242, waitMs: 0 },
    });
    expect(refusal('branch=develop', '{"branch":"main"}')).toContain(
      '(branch): the body says something else.',
    );
    expect(refusal('buildId=1', '', 2)).toContain('(buildId): the header BuildId says something else.');
    expect(refusal('', '{"buildId":1}', 2)).toContain('(buildId): the header BuildId says something else.');
  });

  it('is joined when it is different things', () => {
    expect(read('wait=1m', '{"branch":"develop"}', 7)).toEqual({
      ...{ waitMs: 60_000, branch: 'refs/heads/develop', buildId: 7 },
    });
  });

  it('is still refused when the URL alone says it twice', () => {
    expect(refusal('wait=1m&wait=1m', '{}')).toContain('it is given more than once');
  });
});

it('takes no variable that nobody replaced for a branch', () => {
  expect(refusal('branch=$(Build.SourceBranch)')).toContain(
    'Azure Pipelines did not replace the variable in it',
  );
  expect(read('branch=cost-$5(old)')).toMatchObject({ branch: 'refs/heads/cost-$5(old)' });
});
