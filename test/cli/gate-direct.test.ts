// `pipebot gate` without a server, against the stand-in organisation.
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type AzureDevOpsStandIn,
  startAzureDevOpsStandIn,
} from '../stand-ins/azure-devops/azure-devops-stand-in.ts';
import { addShop, type Shop } from '../stand-ins/shop.ts';
import { createScriptedClock, type ScriptedClock } from '../support/scripted-clock.ts';
import { gateHere } from './run-gate.ts';

const DEVELOP = { branch: 'refs/heads/develop' };
let clock: ScriptedClock;
let azure: AzureDevOpsStandIn;
let shop: Shop;
beforeEach(async () => {
  clock = createScriptedClock();
  azure = await startAzureDevOpsStandIn({ clock });
  shop = addShop(azure);
});
afterEach(() => azure.close());

const token = () => ({ AZURE_DEVOPS_PAT: azure.personalAccessToken });
const pasted = (more = '') => `${azure.url}/Shop/_build?definitionId=183 --branch develop ${more}`;
const lists = () => azure.ledger.filter(({ path }) => path.endsWith('/builds')).length;

describe('which pipeline', () => {
  beforeEach(() => azure.queueBuild(shop.pythonBase, DEVELOP).succeed());

  it.each<[string, () => string]>([
    ['by options', () => `--organization ${azure.url} --project Shop --definition 183 --branch develop`],
    [
      'by its name',
      () => `--organization ${azure.url}/ --project shop --definition python-base --branch develop`,
    ],
    ['by a pasted address', () => pasted()],
    ['by an address with its branch', () => `${azure.url}/Shop/_build?definitionId=183&branchFilter=develop`],
  ])('%s', async (_name, line) => {
    const { code, printed, noted } = await gateHere(line(), token());
    expect([code, noted]).toEqual([0, []]);
    expect(printed).toEqual([expect.stringMatching(/^Continue: python-base \S+ on develop succeeded/)]);
  });

  it('by the words of the old script, in a pipeline, with the job’s own token', async () => {
    await azure.close();
    azure = await startAzureDevOpsStandIn({ clock, entraToken: 'canary-job-token' });
    shop = addShop(azure);
    azure.queueBuild(shop.pythonBase, DEVELOP).succeed();
    const { code, printed } = await gateHere(
      `--repo_id ${shop.pythonBase.repository.id} --pipeline_def_id 183`,
      {
        TF_BUILD: 'True',
        SYSTEM_COLLECTIONURI: `${azure.url}/`,
        SYSTEM_TEAMPROJECT: 'Shop',
        SYSTEM_ACCESSTOKEN: 'canary-job-token',
        BUILD_SOURCEBRANCH: 'refs/heads/develop',
      },
    );
    expect([code, printed.at(-1)]).toEqual([0, '##vso[task.setprogress value=100;]']);
  });

  it('runs of other repositories do not count', async () => {
    const { code, printed } = await gateHere(
      pasted('--repository e589ca4a-16ff-453b-b101-2a9f21542d76'),
      token(),
    );
    expect([code, printed]).toEqual([1, ['Stop: python-base has no run on develop.']]);
  });

  it('another branch answers where the first has no run, and says so', async () => {
    const line = `${azure.url}/Shop/_build?definitionId=183 --branch feature/x --fallback-branch develop --fallback-branch main`;
    const { code, printed } = await gateHere(line, token());
    expect([code, printed[0]]).toEqual([
      0,
      expect.stringContaining('No run on feature/x, so develop answered.'),
    ]);
  });
});

describe('what it waits for', () => {
  it('a run that goes on, with its own progress, until it has ended', async () => {
    const usual = azure.queueBuild(shop.pythonBase, DEVELOP);
    usual.start();
    await clock.advance(600_000);
    usual.succeed();
    const base = azure.queueBuild(shop.pythonBase, DEVELOP);
    base.start();
    await clock.advance(150_000);
    const outcome = gateHere(pasted('--poll 5s'), { ...token(), TF_BUILD: 'True' });
    await expect.poll(lists, { interval: 10, timeout: 10_000 }).toBeGreaterThan(4);
    base.fail();
    const { code, printed } = await outcome;
    expect(code).toBe(1);
    expect(printed[0]).toMatch(/^Waiting, \d+ s of 30 min: python-base \S+ on develop has been running for/);
    expect(printed[1]).toMatch(/^##vso\[task\.setprogress value=2\d;\]$/);
    expect(printed.at(-1)).toMatch(
      /^##vso\[task\.logissue type=error\]Stop: python-base .* failed .* See http/,
    );
  });

  it('an outage, and the deadline is kept', async () => {
    azure.injectFault({ match: { path: /builds/ }, effect: { kind: 'server-error' } });
    const { code, printed } = await gateHere(pasted('--wait 30s'), token());
    expect(code).toBe(2);
    expect(printed[0]).toMatch(
      /^Waiting, .*: Azure DevOps does not answer, so the state of python-base on develop/,
    );
    expect(printed.at(-1)).toMatch(/^Gave up after 3\d s: Azure DevOps does not answer/);
  });

  it('an outage from the first question on', async () => {
    azure.injectFault({ match: {}, effect: { kind: 'reset' } });
    const { code, printed, noted } = await gateHere(pasted('--wait 20s'), token());
    expect(code).toBe(2);
    expect(printed[0]).toMatch(
      /^Waiting, \d+ s of 20 s: Azure DevOps does not answer \(contoso\): the connection was cut\./,
    );
    expect(noted).toEqual([expect.stringMatching(/^The time is up\. Azure DevOps does not answer/)]);
  });

  it('a token that is refused after it was accepted', async () => {
    const base = azure.queueBuild(shop.pythonBase, DEVELOP);
    base.start();
    const outcome = gateHere(pasted('--wait 5m'), token());
    await expect.poll(lists, { interval: 10, timeout: 10_000 }).toBeGreaterThan(0);
    azure.injectFault({ match: { path: /builds/ }, times: 2, effect: { kind: 'sign-in-page' } });
    await expect.poll(lists, { interval: 10, timeout: 10_000 }).toBeGreaterThan(3);
    base.succeed();
    expect((await outcome).code).toBe(0);
  });

  it('no newer run for as long as it should settle', async () => {
    azure.queueBuild(shop.pythonBase, DEVELOP).succeed();
    await clock.advance(60_000);
    const { code, printed } = await gateHere(pasted('--settle 20s --poll 5s'), token());
    expect(code).toBe(0);
    expect(printed[0]).toMatch(/Waiting a little in case a newer run is queued/);
  });
});

describe('policies, spelled as in the services file', () => {
  const build = () => azure.queueBuild(shop.pythonBase, DEVELOP);
  it.each<[string, () => void, number]>([
    ['--on-never-built continue', () => undefined, 0],
    ['--on-partially-succeeded stop', () => build().partiallySucceed(), 1],
    ['--on-canceled stop', () => [build().succeed(), build().cancel()], 1],
    ['--on-canceled previous', () => [build().succeed(), build().cancel()], 0],
    ['--when-running use-previous', () => [build().succeed(), build().start()], 0],
    ['--when-running wait --wait 1s', () => [build().succeed(), build().start()], 2],
  ])('%s', async (options, happen, code) => {
    happen();
    expect((await gateHere(pasted(options), token())).code).toBe(code);
  });

  it('--max-age', async () => {
    build().succeed();
    await clock.advance(3 * 3_600_000);
    expect((await gateHere(pasted('--max-age 2h'), token())).code).toBe(1);
    expect((await gateHere(pasted('--max-age 4h'), token())).code).toBe(0);
  });
});

describe('what ends at once with 2', () => {
  it('a wrong token', async () => {
    const { code, printed, noted } = await gateHere(pasted(), { AZURE_DEVOPS_PAT: 'canary-wrong' });
    expect([code, printed]).toEqual([2, []]);
    expect(noted).toEqual([
      expect.stringMatching(/^Azure DevOps does not accept this token for contoso.*AZURE_DEVOPS_PAT/),
    ]);
  });

  it('a pipeline or a project that is not there', async () => {
    for (const line of [
      `${azure.url}/Shop/_build?definitionId=99 --branch develop`,
      `${azure.url}/Shpo/_build?definitionId=183 --branch develop`,
    ]) {
      const { code, noted } = await gateHere(line, token());
      expect([code, noted[0]]).toEqual([
        2,
        expect.stringMatching(/^Azure DevOps shows no such pipeline or project/),
      ]);
    }
  });
});

it('--json has the server’s fields, without an id', async () => {
  azure.queueBuild(shop.pythonBase, DEVELOP).succeed();
  const { printed } = await gateHere(pasted('--json'), token());
  expect(Object.keys(JSON.parse(printed[0] ?? ''))).toEqual([
    ...['decision', 'reason', 'message', 'service', 'branch', 'base', 'observedAt'],
  ]);
});

it('nothing is left waiting after Ctrl-C', async () => {
  azure.queueBuild(shop.pythonBase, DEVELOP).start();
  const interrupted = new AbortController();
  const outcome = gateHere(pasted(), token(), { interruption: () => interrupted.signal });
  await expect.poll(lists, { interval: 10, timeout: 10_000 }).toBeGreaterThan(0);
  interrupted.abort();
  expect((await outcome).code).toBe(130);
});
