// What a callback request says: which task waits, and which headers are refused with which sentence.
import { describe, expect, it } from 'vitest';
import { PipeBotError } from '../../src/errors.ts';
import { type CheckRequest, readCheckRequest } from '../../src/http/check-request.ts';
import { ERROR_STATUS } from '../../src/http/error-status.ts';
import { errorSentence } from '../../src/text/error.ts';

type Headers = readonly (readonly [name: string, value: string])[];

const ORGANIZATIONS = [
  { name: 'fabrikam', url: 'https://dev.azure.com/fabrikam' },
  { name: 'Contoso', url: 'https://dev.azure.com/contoso' },
];
const TOKEN = `eyJ0eXAi.${'canary'.repeat(300)}.sig-_`;
const TARGET = {
  organization: 'Contoso',
  projectId: 'a1b2c3d4-0000-4000-8000-00000000abcd',
  hubName: 'build',
  planId: 'a1b2c3d4-0001-4000-8000-00000000abcd',
  jobId: 'a1b2c3d4-0002-4000-8000-00000000abcd',
  taskInstanceId: 'a1b2c3d4-0004-4000-8000-00000000abcd',
  timelineId: 'a1b2c3d4-0003-4000-8000-00000000abcd',
};
/** What Azure's task sends unless told otherwise. */
const DEFAULT_HEADERS: Headers = [
  ['Content-Type', 'application/json'],
  ['PlanUrl', 'https://dev.azure.com/contoso/'],
  ['ProjectId', TARGET.projectId],
  ['HubName', 'build'],
  ['PlanId', TARGET.planId],
  ['JobId', TARGET.jobId],
  ['TimelineId', TARGET.timelineId],
  ['TaskInstanceId', TARGET.taskInstanceId],
  ['AuthToken', TOKEN],
];
const CALLBACK: Headers = [...DEFAULT_HEADERS, ['PipeBotMode', 'callback']];

const read = (headers: Headers) => readCheckRequest({ rawHeaders: headers.flat() }, ORGANIZATIONS);
/** The callback headers, some of them changed, added, or left out. */
const readWith = (changes: Readonly<Record<string, string | undefined>>) => {
  const kept = CALLBACK.filter(([name]) => !(name in changes));
  const added = Object.entries(changes).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return read([...kept, ...added]);
};
const refusal = (work: () => CheckRequest): string => {
  try {
    work();
  } catch (error) {
    if (!(error instanceof PipeBotError)) throw error;
    expect(error.code).toBe('check-request-invalid');
    expect(ERROR_STATUS[error.code]).toBe(400);
    return errorSentence(error);
  }
  throw new Error('was not refused');
};

describe('the mode', () => {
  it.each(['callback', 'Callback', 'CALLBACK'])('%s gives the task and the token of its run', (mode) => {
    const request = readWith({ PipeBotMode: mode });
    expect(request).toEqual({ mode: 'callback', target: TARGET, token: expect.anything() });
    expect(request.mode === 'callback' && request.token.reveal()).toBe(TOKEN);
    expect(JSON.stringify(request)).not.toContain('canary');
  });

  it.each(['response', 'Response', 'RESPONSE'])('%s needs nothing else and looks at nothing else', (mode) => {
    expect(read([['pipebotmode', mode]])).toEqual({ mode: 'response' });
    expect(readWith({ PipeBotMode: mode, PlanUrl: 'https://evil.example/', PlanId: '' })).toEqual({
      mode: 'response',
    });
    expect(readWith({ PipeBotMode: mode, BuildId: '4242' })).toEqual({ mode: 'response', buildId: 4242 });
  });

  it("is missing from Azure's default headers, and the sentence says what to add", () => {
    expect(refusal(() => read(DEFAULT_HEADERS))).toBe(
      "The headers of the pipeline's task cannot be used (header PipeBotMode): it is missing. PipeBot cannot see which completion event the task has, and ApiResponse, the default of Azure Pipelines, would take an acknowledgement for the verdict. Add it to the headers of the task. " +
        'Example: "PipeBotMode": "callback" with the completion event Callback, or "PipeBotMode": "response" with ApiResponse',
    );
  });

  it.each(['', 'true', 'ApiResponse', 'callback, callback', '$(PipeBotMode)', 'callback\u00a0'])(
    'is not %j',
    (mode) => {
      expect(refusal(() => readWith({ PipeBotMode: mode }))).toContain('it is neither callback nor response');
    },
  );
});

describe('a header', () => {
  const names = [...CALLBACK.map(([name]) => name).slice(1), 'BuildId'];

  it.each(names)('%s is refused when it comes twice, in any case, in any mode', (name) => {
    for (const mode of ['callback', 'response']) {
      const headers: Headers = [
        ...CALLBACK.filter(([other]) => other !== 'PipeBotMode'),
        ['PipeBotMode', mode],
      ];
      const value = headers.find(([other]) => other === name)?.[1] ?? '7';
      const doubled: Headers = [
        ...headers.filter(([other]) => other !== name),
        [name, value],
        [name.toUpperCase(), value],
      ];
      expect(refusal(() => read(doubled))).toContain(`(header ${name}): it is given more than once.`);
    }
  });

  it.each(names.slice(0, -1))('%s is found in any case', (name) => {
    const lower: Headers = CALLBACK.map(([other, value]) => [
      other === name ? name.toLowerCase() : other,
      value,
    ]);
    expect(read(lower)).toMatchObject({ target: TARGET });
  });

  it.each(['PlanUrl', 'ProjectId', 'PlanId', 'JobId', 'TaskInstanceId', 'AuthToken'])(
    '%s is needed, and its absence is explained with what to write',
    (name) => {
      const example = / Example: "\w+": "\$\(system\.\w+\)"$/;
      for (const [value, why] of [
        [undefined, 'it is missing.'],
        ['', 'it is empty.'],
        ['$(system.Nonsense)', 'it holds a variable that Azure Pipelines did not replace'],
        [`${'$'}{{ parameters.x }}`, 'it holds a variable'],
        ['$[variables.x]', 'it holds a variable'],
      ] as const) {
        const text = refusal(() => readWith({ [name]: value }));
        expect(text).toContain(`(header ${name}): ${why}`);
        expect(text).toMatch(example);
      }
    },
  );

  it.each(['ProjectId', 'PlanId', 'JobId', 'TaskInstanceId', 'TimelineId'])('%s is a GUID', (name) => {
    const id = 'A1B2C3D4-0009-4000-8000-00000000ABCD';
    const field = `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
    expect(readWith({ [name]: id })).toMatchObject({ target: { ...TARGET, [field]: id.toLowerCase() } });
    for (const bad of [
      'Shop',
      '7',
      `{${id}}`,
      id.replaceAll('-', ''),
      `${id}/..`,
      `../${id}`,
      `${id} `,
      `${id}\n`,
    ]) {
      expect(refusal(() => readWith({ [name]: bad }))).toContain(`(header ${name}): it is not a GUID.`);
    }
  });

  it.each([undefined, '', '$(system.TimelineId)'])('TimelineId may be %j', (timelineId) => {
    const { timelineId: _, ...target } = TARGET;
    expect(readWith({ TimelineId: timelineId })).toMatchObject({ target });
    expect(readWith({ TimelineId: timelineId })).not.toHaveProperty('target.timelineId');
  });

  it.each([
    'build',
    'Build',
    'BUILD',
    'release',
    'Release',
    'gates',
    'Gates',
    'checks',
    'Checks',
    'deployment',
    'rm',
  ])('HubName %s is passed on as it is', (hubName) =>
    expect(readWith({ HubName: hubName })).toMatchObject({ target: { hubName } }),
  );

  it.each([undefined, '', '$(system.HostType)'])('HubName %j is Release', (hubName) => {
    expect(readWith({ HubName: hubName })).toMatchObject({ target: { hubName: 'Release' } });
  });

  it.each(['build/../x', 'build ', 'buıld', 'hub1', 'a'.repeat(33), 'build,build', '%62uild'])(
    'HubName is not %j',
    (hubName) => {
      expect(refusal(() => readWith({ HubName: hubName }))).toContain('(header HubName): it is not one word');
    },
  );

  it.each([
    'https://dev.azure.com/evil/',
    'https://evil.example/contoso/',
    'canary',
    '\u00a0https://dev.azure.com/contoso/',
  ])('PlanUrl %j is refused and not shown', (planUrl) => {
    const text = refusal(() => readWith({ PlanUrl: planUrl }));
    expect(text).toContain('(header PlanUrl): it is not the address of an organisation that this PipeBot');
    expect(text).not.toMatch(/evil|canary|fabrikam/i);
  });

  it.each([
    ['too long', 'x'.repeat(12_001), 'it has 12001 characters, and at most 12000 are taken'],
    ['two words', 'canary canary', 'characters that no token has'],
    ['beyond ASCII', 'canaryé', 'characters that no token has'],
    ['with a control character', 'canary\t', 'characters that no token has'],
  ])('AuthToken is refused when it is %s, and never shown', (_, token, why) => {
    const text = refusal(() => readWith({ AuthToken: token }));
    expect(text).toContain(why);
    expect(text).not.toMatch(/canary|xxx/);
  });

  it('AuthToken may be as long as it gets', () => {
    expect(readWith({ AuthToken: 'x'.repeat(12_000) })).toMatchObject({ mode: 'callback' });
  });

  it.each([
    ['4242', 4242],
    ['', undefined],
    ['$(Build.BuildId)', undefined],
    [undefined, undefined],
  ])('BuildId %j is %j', (value, buildId) => {
    const request = readWith({ BuildId: value });
    expect('buildId' in request ? request.buildId : undefined).toBe(buildId);
  });

  it.each(['0', '-1', '1.5', '0x10', '4242 ', '99999999999', 'Shop'])('BuildId is not %j', (value) => {
    expect(refusal(() => readWith({ BuildId: value }))).toContain(
      '(header BuildId): it is not the id of a run.',
    );
  });

  it('shows nothing of a token that stands where an id should', () => {
    for (const [name] of CALLBACK.filter(([other]) => /Id|Hub|Url|Mode/.test(other))) {
      expect(refusal(() => readWith({ [name]: TOKEN }))).not.toContain('canary');
    }
  });
});
