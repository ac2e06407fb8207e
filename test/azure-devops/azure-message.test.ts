// Of an error's body people see one short sentence: no HTML, no codes, no credential.
import { expect, test } from 'vitest';
import { BUILDS, failureOf, PAT, startPipelinesUnderTest } from './pipelines-under-test.ts';

test.each([
  ['{"message":"TF400813: The user is not authorized."}', 'The user is not authorized.'],
  ['{"message":"VS30063: TF400813: Not you."}', 'Not you.'],
  ['{"message":"TF24 things went wrong"}', 'things went wrong'],
  ['{"message":"  two\\r\\n lines\\u202e\\u0007 "}', 'two lines'],
  [`{"message":"${'long '.repeat(100)}"}`, `${'long '.repeat(60).trimEnd().slice(0, 299)}…`],
  ['{"value":{"Message":"The parameter is wrong."}}', 'The parameter is wrong.'],
  ['{"message":"<html><body>no</body></html>"}', 'HTTP 400'],
  ['{"message":"go to <a href=x>here</a>"}', 'HTTP 400'],
  [`{"message":"not with ${PAT}"}`, 'HTTP 400'],
  [`{"message":"Basic ${Buffer.from(`PAT:${PAT}`).toString('base64')}"}`, 'HTTP 400'],
  ['{"message":"TF400813:"}', 'HTTP 400'],
  ['{"message":7}', 'HTTP 400'],
  ['{"message":', 'HTTP 400'],
  ['[]', 'HTTP 400'],
  ['', 'HTTP 400'],
])('the error %s is shown as its sentence', async (body, detail) => {
  await using stand = await startPipelinesUnderTest();
  stand.fault({ kind: 'answer', status: 400, body }, { match: { path: BUILDS } });
  const error = await failureOf(stand.list());
  expect(error.details.detail).toBe(detail);
});
