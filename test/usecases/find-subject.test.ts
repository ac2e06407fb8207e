// A pasted link is answered from the configured projects alone: nothing else is asked, and no answer tells what
// exists elsewhere.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { ServiceCatalog } from '../../src/domain/service.ts';
import { DEFAULT_GATE_POLICY } from '../../src/domain/service.ts';
import { createFindSubject, type FindSubject } from '../../src/usecases/find-subject.ts';
import { type PipelinesUnderTest, startPipelinesUnderTest } from '../azure-devops/pipelines-under-test.ts';
import type { StandInProject } from '../stand-ins/azure-devops/azure-devops-stand-in.ts';

const DEVELOP = { branch: 'refs/heads/develop' };
const NOWHERE = '00000000-0000-4000-8000-000000000000';

let stand: PipelinesUnderTest;
let other: StandInProject;
let find: FindSubject;
let url: string;
const run = { mine: 0, unconfigured: 0, foreign: 0 };

beforeAll(async () => {
  stand = await startPipelinesUnderTest();
  const { azure, project } = stand;
  other = azure.addProject('Other');
  const payments = azure.addDefinition(project, { id: 184, name: 'payments-ci' });
  const plain = azure.addDefinition(project, { id: 185, name: 'unconfigured-ci' });
  const foreign = azure.addDefinition(other, { id: 900, name: 'secret-ci' });
  azure.addDefinition(other, { id: 901, name: 'payments-ci' });
  run.mine = azure.queueBuild(payments, DEVELOP).id;
  run.unconfigured = azure.queueBuild(plain).id;
  run.foreign = azure.queueBuild(foreign).id;
  url = azure.url;
  const definition = { organization: 'contoso', project: 'Shop', ...DEVELOP };
  const base = { name: 'python-base', definition: { ...definition, definitionId: 183 } };
  const service = {
    ...{ name: 'payments', aliases: [], bases: [base], fallbackBranches: [] },
    ...{ build: { ...definition, definitionId: 184 }, policy: DEFAULT_GATE_POLICY },
  };
  const catalog: ServiceCatalog = { services: [service], bases: [base] };
  const organizations = [{ name: 'contoso', url }];
  find = createFindSubject({ catalog, organizations, pipelines: stand.pipelines });
});
afterAll(() => stand[Symbol.asyncDispose]());
beforeEach(() => stand.azure.clearLedger());

const asked = () => stand.azure.ledger.filter(({ method }) => method === 'GET').map(({ path }) => path);

async function said(path: string): Promise<unknown> {
  const found = await find(path.startsWith('vstfs:') ? path : `${url}/${path}`);
  if ('remark' in found) return found.remark.code;
  const { named, branch } = found.subject;
  return [named.kind === 'service' ? named.service.name : named.base.name, branch];
}

describe('a link into a configured project', () => {
  it.each([
    ['shop/_build?definitionId=184', 'payments'],
    ['Shop/_build?definitionId=183', 'python-base'],
    ['Shop/_apis/build/status/payments-ci', 'payments'],
    ['Shop/_apis/build/status/payments-ci?branchName=', 'payments'],
  ])('%s is found', async (path, name) => expect(await said(path)).toEqual([name, undefined]));

  it('by its GUID is found, for a pipeline, a badge and a run', async () => {
    const { id } = stand.project;
    expect(await said(`${id}/_build?definitionId=184`)).toEqual(['payments', undefined]);
    expect(await said(`${id}/_apis/build/status/payments-ci`)).toEqual(['payments', undefined]);
    expect(await said(`${id}/_build/results?buildId=${run.mine}`)).toEqual(['payments', DEVELOP.branch]);
    expect(await said(`_permalink/_build/index?projectId=${id}&buildId=${run.mine}`)).toEqual([
      'payments',
      DEVELOP.branch,
    ]);
    expect(await said(`vstfs:///Build/Build/${run.mine}`)).toEqual(['payments', DEVELOP.branch]);
  });

  it('with a branch that git does not accept says so, before anything is asked', async () => {
    expect(await find(`${url}/Shop/_build?definitionId=184&branchName=a..b`)).toEqual({
      remark: { code: 'branch-invalid', typed: 'a..b' },
    });
    expect(await said('Shop/_apis/build/status/payments-ci?branchName=a~b')).toBe('branch-invalid');
    expect(asked()).toEqual([]);
  });
});

describe('a link to what is not configured', () => {
  it.each([
    ['a pipeline', 'Other/_build?definitionId=900', 'Other/_build?definitionId=999'],
    ['a badge', 'Other/_apis/build/status/secret-ci', 'Other/_apis/build/status/none-ci'],
    ['a pipeline of the project', 'Shop/_build?definitionId=185', 'Shop/_build?definitionId=999'],
  ])(
    'to %s gets the same answer whether it exists or not, and nobody is asked',
    async (_what, there, not) => {
      expect(await said(there)).toBe(await said(not));
      expect(asked()).toEqual([]);
    },
  );

  it('to a run gets the same answer whether it exists or not', async () => {
    const runs = [run.foreign, run.unconfigured, 99_999];
    const places = ['Other', 'Shop', other.id, NOWHERE];
    for (const place of places) {
      for (const id of runs) {
        expect(await said(`${place}/_build/results?buildId=${id}`)).toBe('link-unconfigured');
      }
    }
    for (const id of runs) expect(await said(`vstfs:///Build/Build/${id}`)).toBe('link-unconfigured');
    expect(new Set(asked().map((path) => path.split('/')[2]))).toEqual(new Set(['Shop']));
  });

  it('by the GUID of a project is only asked for by the ids that are configured', async () => {
    for (const place of [other.id, NOWHERE]) {
      expect(await said(`${place}/_build?definitionId=900`)).toBe('definition-unconfigured');
      expect(asked()).toEqual([]);
      expect(await said(`${place}/_build?definitionId=184`)).toBe('definition-unconfigured');
      expect(await said(`${place}/_apis/build/status/payments-ci`)).toBe('link-unconfigured');
      expect(await said(`${place}/_apis/build/status/secret-ci`)).toBe('link-unconfigured');
      const ofOthers = asked().filter((path) => !path.startsWith('/contoso/Shop/'));
      expect(new Set(ofOthers)).toEqual(new Set([`/contoso/${place}/_apis/build/definitions/184`]));
      stand.azure.clearLedger();
    }
  });
});

it('a typo gets the nearest names, one or two letters get none', async () => {
  expect(await find('paymnets')).toMatchObject({ remark: { suggestions: ['payments'] } });
  expect(await find('pa')).toMatchObject({ remark: { suggestions: [] } });
});
