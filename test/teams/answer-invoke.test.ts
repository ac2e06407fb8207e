// Invokes that PipeBot has no use for: each kind has its own shape, and none is a fault.
import { expect, test } from 'vitest';
import { answerInvoke } from '../../src/teams/answer-invoke.ts';

const shapes: readonly (readonly [string | undefined, number, object])[] = [
  ['adaptiveCard/action', 200, { statusCode: 400, type: 'application/vnd.microsoft.error' }],
  ['application/search', 200, { statusCode: 400, type: 'application/vnd.microsoft.error' }],
  ['task/fetch', 200, { task: { type: 'message' } }],
  ['task/submit', 200, { task: { type: 'message' } }],
  ['message/fetchTask', 200, { task: { type: 'message' } }],
  ['message/submitAction', 200, {}],
  ['composeExtension/query', 200, { composeExtension: { type: 'message' } }],
  ['composeExtension/queryLink', 200, { composeExtension: { type: 'message' } }],
  ['composeExtension/anonymousQueryLink', 200, { composeExtension: { type: 'message' } }],
  ['signin/verifyState', 400, { error: { code: 'NotSupported' } }],
  ['signin/tokenExchange', 400, { error: { code: 'NotSupported' } }],
  ['fileConsent/invoke', 400, { error: { code: 'NotSupported' } }],
  ['toString', 400, { error: { code: 'NotSupported' } }],
  ['', 400, { error: { code: 'NotSupported' } }],
  [undefined, 400, { error: { code: 'NotSupported' } }],
];
test.each(shapes)('An invoke named %s is answered with %i in its own shape', (name, status, body) => {
  const answer = answerInvoke(name);
  expect(answer.status).toBe(status);
  expect(answer.body).toMatchObject(body);
});
