import { expect, it } from 'vitest';
import { evaluateExpression } from './evaluate-expression.ts';

const VALUES = {
  parameters: { name: 'pay', empty: '', flag: true, jobs: [{ job: 'a' }] },
  variables: { 'Build.SourceBranch': 'refs/heads/a"b' },
};

it.each<[string, unknown]>([
  ['parameters.name', 'pay'],
  [' parameters.flag ', true],
  ['parameters.jobs', VALUES.parameters.jobs],
  ["'it''s'", "it's"],
  ["variables['Build.SourceBranch']", 'refs/heads/a"b'],
  ["variables['Nobody.SetIt']", ''],
  ["coalesce(parameters.empty, 'other')", 'other'],
  [`replace(coalesce(parameters.empty, variables['Build.SourceBranch']), '"', '\\"')`, 'refs/heads/a\\"b'],
  ["replace('a', 'a', '$&')", '$&'],
  ["eq(parameters.name, 'PAY')", true],
  ["ne(parameters.name, '')", true],
])('%s', (expression, value) => {
  expect(evaluateExpression(expression, VALUES)).toEqual(value);
});

it.each([
  ['parameters.nobody', 'parameters.nobody is not known'],
  ["join('a', 'b')", 'the function join is not known'],
  ["coalesce('a'", 'a ) is missing'],
  ["'a' 'b'", 'goes on where it should end'],
  ["'a", 'is not known'],
  ['', 'nothing'],
])('refuses %s', (expression, sentence) => {
  expect(() => evaluateExpression(expression, VALUES)).toThrow(sentence);
});
