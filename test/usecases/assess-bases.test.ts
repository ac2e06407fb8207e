// A base whose definition also builds other repositories: only builds of the configured one count.
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import type { Build } from '../../src/domain/build.ts';
import { decideGate } from '../../src/domain/gate.ts';
import { DEFAULT_GATE_POLICY, type Named } from '../../src/domain/service.ts';
import { type AssessPorts, assessBases } from '../../src/usecases/assess-bases.ts';
import type { Pipelines } from '../../src/usecases/ports.ts';
import { buildJson, listJson, type OwnServer, sendJson, startOwnServer } from '../azure-devops/own-server.ts';
import { connect, START } from '../azure-devops/pipelines-under-test.ts';
import { buildOf } from '../support/build-of.ts';

const MINE = 'contoso/payments';
const GUID = 'e589ca4a-16ff-453b-b101-2a9f21542d76';
const OTHER = 'contoso/other';

function paymentsOn(repositoryId: string): Named {
  const definition = { organization: 'contoso', project: 'Shop', definitionId: 183 };
  const branch = 'refs/heads/main';
  return {
    kind: 'service',
    service: {
      name: 'payments',
      aliases: [],
      bases: [{ name: 'python-base', definition: { ...definition, branch, repositoryId } }],
      build: { ...definition, definitionId: 184, branch: 'refs/heads/feature/tax' },
      fallbackBranches: [],
      policy: DEFAULT_GATE_POLICY,
    },
  };
}

function row(id: number, branch: string, more: Record<string, unknown>): Record<string, unknown> {
  const queueTime = new Date(START + id * 60_000).toISOString();
  return buildJson({ id, queueTime, sourceBranch: branch, ...more });
}

/** Filters and pages as the Build API does: by branch, status, repository with its type, `$top` and token. */
function startWithBuilds(rows: readonly Record<string, unknown>[]): Promise<OwnServer> {
  return startOwnServer((request, response) => {
    const query = new URL(request.url ?? '', 'http://any').searchParams;
    const repositoryId = query.get('repositoryId');
    if ((repositoryId === null) !== (query.get('repositoryType') === null)) {
      response.writeHead(400).end();
      return;
    }
    const found = rows
      .filter((build) => build['sourceBranch'] === query.get('branchName'))
      .filter((build) => query.get('statusFilter')?.includes(String(build['status'])) ?? true)
      .filter((build) => repositoryId === null || repositoryOf(build) === repositoryId)
      .sort((left, right) => Number(right['id']) - Number(left['id']));
    const from = Number(query.get('continuationToken') ?? 0);
    const next = from + Number(query.get('$top') ?? query.get('maxBuildsPerDefinition'));
    const more: Record<string, string> = next < found.length ? { 'x-ms-continuationtoken': `${next}` } : {};
    sendJson(response, listJson(...found.slice(from, next)), more);
  });
}

function repositoryOf(build: Record<string, unknown>): string {
  const { repository } = build;
  return typeof repository === 'object' && repository && 'id' in repository ? String(repository.id) : '';
}

/** My build failed on the feature branch, others were built there later, and the fallback branch is green. */
function hiddenFailure(mine: string, others: number): Record<string, unknown>[] {
  const feature = 'refs/heads/feature/tax';
  return [
    row(1, 'refs/heads/main', { repository: { id: mine } }),
    row(2, feature, { repository: { id: mine }, result: 'failed' }),
    ...Array.from({ length: others }, (_, index) => row(100 + index, feature, { repository: { id: OTHER } })),
  ];
}

function portsOver(pipelines: Pick<Pipelines, 'listBuilds'>, known: readonly Build[] = []): AssessPorts {
  return {
    observer: {
      latest: async (target) => ({ ...(await pipelines.listBuilds(target)), readAt: START }),
    } as AssessPorts['observer'],
    records: { lastReading: async () => ({ builds: known, observedAt: START, readAt: START }) },
  };
}

describe('a base of which only one repository counts', () => {
  it.each([
    [MINE, 25],
    [MINE, 60],
    [GUID, 25],
    [GUID, 500],
  ])('of %s: its failure is found behind %i newer builds of another repository', async (mine, others) => {
    await using server = await startWithBuilds(hiddenFailure(mine, others));
    using bot = connect([{ name: 'contoso', url: server.url }]);
    const question = { named: paymentsOn(mine.toUpperCase()), maxAgeMs: 0 };
    // The API compares without regard to case; this server does not.
    const asked = mine === GUID ? { ...question, named: paymentsOn(mine) } : question;
    const { assessments } = await assessBases(portsOver(bot.pipelines), asked);
    expect(assessments[0]).toMatchObject({
      branch: 'refs/heads/feature/tax',
      readiness: { status: 'failed', build: { id: 2 } },
    });
    const gate = { askedAt: START, deadlineAt: START + 1, settleMs: 0 };
    const decision = decideGate(assessments, gate, { policy: DEFAULT_GATE_POLICY, now: START });
    expect(decision).toMatchObject({ verdict: 'stop', reason: 'base-failed' });
  });

  it('is unknown, never "never built", when more builds of others hide it than are read', async () => {
    await using server = await startWithBuilds(hiddenFailure(MINE, 150));
    using bot = connect([{ name: 'contoso', url: server.url }]);
    const question = { named: paymentsOn(MINE), maxAgeMs: 0 };
    const { assessments } = await assessBases(portsOver(bot.pipelines), question);
    expect(assessments[0]).toMatchObject({
      branch: 'refs/heads/feature/tax',
      readiness: { status: 'unknown' },
      failure: { code: 'azure-invalid-response' },
    });
  });

  it('falls back when its branch was only ever built by others', async () => {
    const rows = hiddenFailure(MINE, 60).filter((build) => build['id'] !== 2);
    await using server = await startWithBuilds(rows);
    using bot = connect([{ name: 'contoso', url: server.url }]);
    const question = { named: paymentsOn(MINE), maxAgeMs: 0 };
    const { assessments } = await assessBases(portsOver(bot.pipelines), question);
    expect(assessments[0]).toMatchObject({ branch: 'refs/heads/main', readiness: { status: 'ready' } });
  });

  it.each<[string, Build[], object | undefined]>([
    [
      'of its own builds',
      [
        buildOf({ id: 9, repositoryId: OTHER, result: 'succeeded' }),
        buildOf({ id: 8, repositoryId: MINE, result: 'failed' }),
      ],
      { status: 'failed', build: { id: 8 } },
    ],
    ['not when only others are remembered', [buildOf({ id: 9, repositoryId: OTHER })], undefined],
    ['as never built when nothing is', [], { status: 'never-built' }],
  ])('that cannot be asked is last known %s', async (_case, known, expected) => {
    using bot = connect([{ name: 'contoso', url: 'http://127.0.0.1:1/contoso' }], {
      scripted: { clock: systemClock, advance: () => undefined },
    });
    const question = { named: paymentsOn(MINE), maxAgeMs: 0 };
    const { assessments } = await assessBases(portsOver(bot.pipelines, known), question);
    const lastKnown = assessments[0].failure?.lastKnown;
    if (expected === undefined) expect(lastKnown).toBeUndefined();
    else expect(lastKnown).toMatchObject(expected);
  });
});
