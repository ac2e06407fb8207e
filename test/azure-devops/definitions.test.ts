// A definition is found by its id or its exact name, and never guessed.
import { expect, test } from 'vitest';
import { failureOf, startPipelinesUnderTest } from './pipelines-under-test.ts';

const where = { organization: 'contoso', project: 'Shop' };
const PYTHON_BASE = { project: 'Shop', definitionId: 183, name: 'python-base' };

test.each([183, 'python-base', 'Python-BASE'])('%j is found', async (definition) => {
  await using stand = await startPipelinesUnderTest();
  expect(await stand.pipelines.getDefinition({ ...where, definition })).toEqual(PYTHON_BASE);
});

test('the project comes back by name when it was asked for by id', async () => {
  await using stand = await startPipelinesUnderTest();
  const project = stand.project.id;
  expect(await stand.pipelines.getDefinition({ ...where, project, definition: 183 })).toEqual(PYTHON_BASE);
});

test.each([184, 'python', 'base', 'python-base ', '*', 'python*', '*-base'])(
  '%j is not found',
  async (definition) => {
    await using stand = await startPipelinesUnderTest();
    const error = await failureOf(stand.pipelines.getDefinition({ ...where, definition }));
    expect(error.code).toBe('azure-not-found');
    expect(error.details.subject).toBe('contoso/Shop');
  },
);

test('a deleted definition is not found', async () => {
  await using stand = await startPipelinesUnderTest();
  stand.base.delete();
  for (const definition of [183, 'python-base']) {
    const error = await failureOf(stand.pipelines.getDefinition({ ...where, definition }));
    expect(error.code).toBe('azure-not-found');
  }
});

test('two of one name in different folders are named, not chosen from', async () => {
  await using stand = await startPipelinesUnderTest();
  stand.azure.addDefinition(stand.project, { id: 190, name: 'python-base', path: '\\Nightly\\Linux' });
  const error = await failureOf(stand.pipelines.getDefinition({ ...where, definition: 'python-base' }));
  expect(error.code).toBe('azure-not-found');
  expect(error.details.detail).toBe(
    'several definitions are called python-base: \\Nightly\\Linux\\python-base, \\python-base',
  );
});

test('of two that differ in case only, the one that was spelled is meant', async () => {
  await using stand = await startPipelinesUnderTest();
  stand.azure.addDefinition(stand.project, { id: 190, name: 'Python-Base', path: '\\Old' });
  const found = await stand.pipelines.getDefinition({ ...where, definition: 'Python-Base' });
  expect(found.definitionId).toBe(190);
  const error = await failureOf(stand.pipelines.getDefinition({ ...where, definition: 'PYTHON-BASE' }));
  expect(error.details.detail).toContain('\\Old\\Python-Base');
});

test.each(['Größe & Co', 'a+b', '50%', 'x?y#z', 'quote"d', '店'])(
  'the name %j is found as it is',
  async (name) => {
    await using stand = await startPipelinesUnderTest();
    stand.azure.addDefinition(stand.project, { id: 190, name });
    expect((await stand.pipelines.getDefinition({ ...where, definition: name })).definitionId).toBe(190);
  },
);

test.each([0, -1, 1.5, Number.NaN, 2 ** 53, '', '  '])(
  '%j never gets into an address',
  async (definition) => {
    await using stand = await startPipelinesUnderTest();
    const error = await failureOf(stand.pipelines.getDefinition({ ...where, definition }));
    expect(error.code).toBe('azure-refused');
    expect(stand.azure.ledger).toEqual([]);
  },
);

test.each([
  ['another one', { id: 184 }],
  ['one without a name', { name: null }],
  ['one without a project', { project: undefined }],
  ['a list', { id: undefined, count: 0, value: [] }],
])('an answer with %s is not taken for the definition', async (_name, changes) => {
  await using stand = await startPipelinesUnderTest();
  const rewrite = (body: unknown) => ({ ...Object(body), ...changes });
  stand.fault({ kind: 'rewrite', rewrite }, { match: { path: /definitions/ } });
  const error = await failureOf(stand.pipelines.getDefinition({ ...where, definition: 183 }));
  expect(error.code).toBe('azure-invalid-response');
});

test('a space in a name is sent as %20, which every server understands', async () => {
  await using stand = await startPipelinesUnderTest();
  stand.azure.addDefinition(stand.project, { id: 190, name: 'python base' });
  await stand.pipelines.getDefinition({ ...where, definition: 'python base' });
  expect(stand.azure.ledger.at(-1)?.rawUrl).toContain('name=python%20base');
});
