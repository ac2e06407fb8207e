// A body is a list of builds, or it is an error; nothing odd is taken for "there are none".
import { expect, test } from 'vitest';
import { buildJson, listJson, startOwnServer } from './own-server.ts';
import { connect, failureOf, startPipelinesUnderTest, targetOf } from './pipelines-under-test.ts';

const b = JSON.stringify(buildJson());
const BODIES: readonly (string | Uint8Array)[] = [
  '',
  ' ',
  '{}',
  '[]',
  `[${b}]`,
  'null',
  'true',
  '0',
  '"text"',
  'undefined',
  b,
  '{"count":0}',
  '{"count":0,"value":null}',
  '{"count":0,"value":{}}',
  '{"count":0,"value":"[]"}',
  '{"count":0,"Value":[]}',
  '{"count":1,"value":[]}',
  '{"count":"0","value":[]}',
  '{"count":null,"value":[]}',
  `{"count":0,"value":[${b}]}`,
  `{"count":1,"value":[${b}],"value":[]}`,
  '{"count":1,"value":[null]}',
  '{"count":1,"value":[[]]}',
  '{"count":1,"value":[{}]}',
  '{"count":1,"value":[4201]}',
  '{"count":1,"value":[{"__proto__":{"id":4201,"status":"completed"}}]}',
  list({ id: '4201' }),
  list({ id: 0 }),
  `{"count":1,"value":[${b.replace('4201', '1e400')}]}`,
  list({ status: null }),
  list({ status: 2 }),
  list({ queueTime: null }),
  list({ queueTime: 'soon' }),
  list({ definition: null }),
  list({ definition: { name: 'python-base' } }),
  list({ definition: { id: 184 } }),
  list({ sourceBranch: 'refs/heads/develop' }),
  list({ sourceBranch: 'refs/heads/MAIN' }),
  list({ sourceBranch: null }),
  list({ result: 2 }),
  `{"count":1,"value":[${b}]`,
  `{"count":1,"value":[${b}]}}`,
  `{"count":1,"value":[${b},]}`,
  `)]}'\n{"count":0,"value":[]}`,
  "{'count':0,'value':[]}",
  '{"count":NaN,"value":[]}',
  '<!DOCTYPE html><html>sign in</html>',
  '<?xml version="1.0"?><value/>',
  '['.repeat(200_000),
  '{"value":'.repeat(100_000),
  Buffer.from('{"count":0,"value":[]}', 'utf16le'),
  Buffer.concat([Buffer.from('{"count":0,"value":[],"x":"'), Buffer.of(0xff, 0xfe), Buffer.from('"}')]),
];

function list(changes: Record<string, unknown>): string {
  return JSON.stringify(listJson(buildJson(changes)));
}

test('no odd body, of more than fifty, is taken for "there are no builds"', async () => {
  let body: string | Uint8Array = '';
  await using server = await startOwnServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(body);
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  for (body of BODIES) {
    const shown = String(body).slice(0, 80);
    const error = await failureOf(bot.pipelines.listBuilds(targetOf()));
    expect([shown, error.code, error.details.subject]).toEqual([
      shown,
      'azure-invalid-response',
      'contoso/Shop',
    ]);
  }
  expect(BODIES.length).toBeGreaterThan(50);
});

test.each([
  ['text/html', false],
  ['text/plain', false],
  ['application/octet-stream', false],
  ['application/jsonp', false],
  ['application/x-json', false],
  ['text/html, application/json', false],
  ['', false],
  ['application/json', true],
  ['application/json; charset=utf-8; api-version=7.1', true],
  ['APPLICATION/JSON', true],
  ['application/problem+json', true],
])('a body that is called %j is read: %s', async (contentType, isRead) => {
  await using stand = await startPipelinesUnderTest();
  const body = JSON.stringify(listJson());
  stand.fault({ kind: 'answer', status: 200, body, contentType });
  if (isRead) expect((await stand.list()).builds).toEqual([]);
  else expect((await failureOf(stand.list())).code).toBe('azure-invalid-response');
});

test('a byte-order mark and rows nested 200,000 deep in unread fields do no harm', async () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
  const row = b.replace('{', `{"parameters":${deep},`);
  await using server = await startOwnServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(`\uFEFF{"count":1,"value":[${row}]}`);
  });
  using bot = connect([{ name: 'contoso', url: server.url }]);
  expect((await bot.pipelines.listBuilds(targetOf())).builds).toMatchObject([{ id: 4201 }]);
});
