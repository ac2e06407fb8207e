// Builds are read as the Build API spells them; a word that nobody knows is never good news.
import { expect, test } from 'vitest';
import { toBuild } from '../../src/azure-devops/to-build.ts';
import { outcomeOf, phaseOf } from '../../src/domain/build.ts';
import { assessReadiness } from '../../src/domain/readiness.ts';
import { DEFAULT_GATE_POLICY } from '../../src/domain/service.ts';
import { PipeBotError } from '../../src/errors.ts';
import { buildJson } from './own-server.ts';
import { START } from './pipelines-under-test.ts';

const SOURCE = {
  organization: 'contoso',
  project: 'My Shop',
  organizationUrl: 'https://dev.azure.com/contoso',
} as const;

const STATUSES = ['none', 'inProgress', 'completed', 'cancelling', 'postponed', 'notStarted', 'abandoned'];
const ODD = ['', 'Completed', 'COMPLETED', 'all', 'constructor', '__proto__', 'toString', 'succeeded ', '2'];
const RESULTS = ['none', 'succeeded', 'partiallySucceeded', 'failed', 'canceled'];

const statusTable = [...STATUSES.map((word) => [word, word]), ...ODD.map((word) => [word, 'unknown'])];
const resultTable = [...RESULTS.map((word) => [word, word]), ...ODD.map((word) => [word, 'unknown'])];

test.each(statusTable)('status %j is read as %s', (given, expected) => {
  expect(toBuild(buildJson({ status: given }), SOURCE).status).toBe(expected);
});

test.each(resultTable)('result %j is read as %s', (given, expected) => {
  expect(toBuild(buildJson({ result: given }), SOURCE).result).toBe(expected);
});

test.each([undefined, null])('a result that is %s stays absent', (result) => {
  expect(toBuild(buildJson({ result }), SOURCE)).not.toHaveProperty('result');
});

// Every status with every result; "ready" only where the API plainly says so.
const combinations = [...STATUSES, 'somethingNew'].flatMap((status) =>
  [undefined, ...RESULTS, 'somethingNew'].map((result) => ({ status, result })),
);

test.each(combinations)('status $status with result $result', ({ status, result }) => {
  const build = toBuild(buildJson({ status, result }), SOURCE);
  const isSuccess = result === 'succeeded' || result === 'partiallySucceeded';
  const isReady = status === 'completed' && isSuccess;
  expect(assessReadiness([build], DEFAULT_GATE_POLICY, START).status === 'ready').toBe(isReady);
  const phases: Record<string, string> = {
    completed: 'ended',
    abandoned: 'ended',
    none: 'unclear',
    somethingNew: 'unclear',
  };
  expect(phaseOf(build)).toBe(phases[status] ?? 'active');
  if (status !== 'completed') return;
  expect(outcomeOf(build)).toBe(isSuccess || result === 'canceled' ? result : 'failed');
});

test.each([
  ['2026-11-22T05:00:00Z', '2026-11-22T05:00:00.000Z'],
  ['2026-11-22T05:00:00.1Z', '2026-11-22T05:00:00.100Z'],
  ['2026-11-22T05:00:00.123Z', '2026-11-22T05:00:00.123Z'],
  ['2026-11-22T05:00:00.1234567Z', '2026-11-22T05:00:00.123Z'],
  ['2026-11-22T05:00:00.9999999Z', '2026-11-22T05:00:00.999Z'],
  ['2026-11-22T05:00:00.1234567+02:00', '2026-11-22T03:00:00.123Z'],
  ['2026-11-22T05:00:00.1234567', '2026-11-22T05:00:00.123Z'],
])('the time %s is %s', (text, iso) => {
  const build = toBuild(buildJson({ queueTime: text, startTime: text, finishTime: text }), SOURCE);
  expect([build.queuedAt, build.startedAt, build.finishedAt]).toEqual(Array(3).fill(Date.parse(iso)));
});

test.each(['0001-01-01T00:00:00', '0001-01-01T00:00:00Z', null, undefined])(
  'a start and an end of %s have not happened',
  (time) => {
    const build = toBuild(buildJson({ startTime: time, finishTime: time }), SOURCE);
    expect(build).not.toHaveProperty('startedAt');
    expect(build).not.toHaveProperty('finishedAt');
  },
);

const OWN_PAGE = 'https://dev.azure.com/contoso/My%20Shop/_build/results?buildId=4201';

test.each([
  ['https://dev.azure.com/contoso/guid/_build/results?buildId=4201', 'is taken'],
  ['https://DEV.azure.com/Contoso/guid/_build/results?buildId=4201', 'is taken'],
  ['https://dev.azure.com/contoso-evil/x', 'is not'],
  ['https://dev.azure.com/evil/contoso/x', 'is not'],
  ['https://dev.azure.com/contoso/../evil/x', 'is not'],
  ['https://dev.azure.com/contoso', 'is not'],
  ['https://dev.azure.com.evil.example/contoso/x', 'is not'],
  ['https://dev.azure.com@evil.example/contoso/x', 'is not'],
  ['https://user:pass@dev.azure.com/contoso/x', 'is not'],
  ['https://user@dev.azure.com/contoso/x', 'is not'],
  ['https://:pass@dev.azure.com/contoso/x', 'is not'],
  ['http://dev.azure.com/contoso/x', 'is not'],
  ['https://dev.azure.com:8443/contoso/x', 'is not'],
  ['//evil.example/contoso', 'is not'],
  ['javascript:alert(1)', 'is not'],
  ['data:text/html,x', 'is not'],
  ['', 'is not'],
  [7, 'is not'],
  [null, 'is not'],
])('the link %s of an answer %s', (href, verdict) => {
  const { url } = toBuild(buildJson({ _links: { web: { href } } }), SOURCE);
  expect(url).toBe(verdict === 'is taken' ? new URL(String(href)).href : OWN_PAGE);
});

test('a Server collection with a space keeps its own links', () => {
  const organizationUrl = 'https://tfs.example/tfs/Default%20Collection';
  const href = `${organizationUrl}/Shop/_build/results?buildId=4201`;
  const source = { ...SOURCE, organizationUrl };
  expect(toBuild(buildJson({ _links: { web: { href } } }), source).url).toBe(href);
  expect(toBuild(buildJson({ _links: null }), source).url).toBe(
    `${organizationUrl}/My%20Shop/_build/results?buildId=4201`,
  );
});

test('what only decorates may be odd or missing', () => {
  const odd = { buildNumber: null, sourceVersion: 7, requestedFor: 'Ada', repository: null, reason: null };
  const build = toBuild(buildJson({ ...odd, definition: { id: 183 } }), SOURCE);
  expect(build).toMatchObject({ number: '4201', reason: 'none', definitionName: '183' });
  expect(Object.keys(build)).not.toContain('requestedFor');
  expect(Object.keys(build)).not.toContain('sourceVersion');
});

const SERVICE_ID = '00000002-0000-8888-8000-000000000000';

test.each([
  ['a person', { uniqueName: 'ada@contoso.com', descriptor: 'aad.QWRh' }, 'ada@contoso.com'],
  ['a person of a Server', { uniqueName: 'CONTOSO\\ada' }, 'CONTOSO\\ada'],
  ['the service', { id: SERVICE_ID, uniqueName: '' }, undefined],
  ['the service by its name', { id: '0', uniqueName: `${SERVICE_ID}@2c895908-04e0` }, undefined],
  ['the service by its kind', { uniqueName: 'x@y', descriptor: 's2s.MDAw' }, undefined],
  ['a build service', { uniqueName: 'Build\\ad9e1dcf-6055-4fc7-a146-5511ab5ab1e8' }, undefined],
  ['a build service by its kind', { uniqueName: 'x@y', descriptor: 'svc.YTU2' }, undefined],
  ['a service principal', { uniqueName: 'x@y', descriptor: 'aadsp.YTU2' }, undefined],
  ['a group', { uniqueName: 'vstfs:///Classification/TeamProject/x\\Readers', isContainer: true }, undefined],
  ['nobody', {}, undefined],
  ['something odd', { uniqueName: 7 }, undefined],
])('of a build that %s asked for, the address is known only where it is one', (_who, requester, expected) => {
  const requestedFor = { displayName: 'Somebody', ...requester };
  const build = toBuild(buildJson({ requestedFor }), SOURCE);
  expect([build.requestedFor, build.requestedForUniqueName]).toEqual(['Somebody', expected]);
});

test.each([
  ['id', [undefined, null, 0, -1, 1.5, '4201', true, 2 ** 53]],
  ['status', [undefined, null, 2, {}, []]],
  ['result', [2, {}, true]],
  ['queueTime', [undefined, null, '', 'soon', 7, '2026-13-40T99:00:00Z', '0001-01-01T00:00:00']],
  ['finishTime', ['', 'never', 7]],
  ['definition', [undefined, null, 183, [], {}, { id: '183' }, { id: 0 }]],
])('a build with an unusable %s is no build', (field, values) => {
  for (const value of values) {
    const error = catchError(() => toBuild(buildJson({ [field]: value }), SOURCE));
    expect([value, error.code]).toEqual([value, 'azure-invalid-response']);
  }
});

function catchError(work: () => unknown): PipeBotError {
  try {
    work();
  } catch (error) {
    if (error instanceof PipeBotError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}
