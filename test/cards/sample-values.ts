// Makers of invented builds, decisions and watches for the tests and pictures of the cards. Names, numbers and
// times never change, so that pictures can be compared.
import type { Build } from '../../src/domain/build.ts';
import type { StatusAnswer } from '../../src/domain/content.ts';
import type { BaseAssessment, GateDecision, GateReason, GateVerdict } from '../../src/domain/gate.ts';
import type { Readiness } from '../../src/domain/readiness.ts';
import { type Base, DEFAULT_GATE_POLICY, type Service } from '../../src/domain/service.ts';
import type { Watch } from '../../src/domain/watch.ts';

/** 2026-11-22 06:12:00 UTC. */
export const NOW = Date.UTC(2026, 10, 22, 6, 12);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
export const DEVELOP = 'refs/heads/develop';

export function base(name: string, definitionId = 183): Base {
  return { name, definition: { organization: 'contoso', project: 'Shop', definitionId, branch: DEVELOP } };
}

export const PYTHON = base('python-base');
export const ML = base('ml-base', 185);
export const NODE = base('node-base', 187);

export function service(name: string, change: Partial<Service> = {}): Service {
  return {
    name,
    aliases: [],
    bases: [PYTHON],
    fallbackBranches: [],
    policy: DEFAULT_GATE_POLICY,
    ...change,
  };
}

/** A build that succeeded 12 minutes ago after 14 minutes. */
export function build(change: Partial<Build> = {}): Build {
  const id = change.id ?? 4242;
  return {
    id,
    number: '20261122.3',
    organization: 'contoso',
    project: 'Shop',
    definitionId: 183,
    definitionName: 'python-base',
    branch: DEVELOP,
    status: 'completed',
    result: 'succeeded',
    reason: 'individualCI',
    queuedAt: NOW - 27 * MINUTE,
    startedAt: NOW - 26 * MINUTE,
    finishedAt: NOW - 12 * MINUTE,
    sourceVersion: '3f9c2a7be1d04c55a6e0b1f2c3d4e5f60718293a',
    requestedFor: 'Ana Ferreira',
    url: `https://dev.azure.com/contoso/Shop/_build/results?buildId=${id}`,
    ...change,
  };
}

/** A build that was queued 7 minutes ago and has not ended. */
export function activeBuild(change: Partial<Build> = {}): Build {
  const { result: _, finishedAt: __, startedAt: ___, ...rest } = build();
  return {
    ...rest,
    id: 4243,
    number: '20261122.4',
    status: 'inProgress',
    queuedAt: NOW - 7 * MINUTE,
    url: 'https://dev.azure.com/contoso/Shop/_build/results?buildId=4243',
    ...change,
  };
}

export function assessment(readiness: Readiness, change: Partial<BaseAssessment> = {}): BaseAssessment {
  return {
    base: PYTHON,
    branch: DEVELOP,
    skippedBranches: [],
    readiness,
    observedAt: NOW - 4_000,
    ...change,
  };
}

export function decision(
  verdict: GateVerdict,
  known: BaseAssessment,
  change: Partial<GateDecision> & { readonly reason?: GateReason } = {},
): GateDecision {
  return { verdict, reason: known.readiness.reason, assessment: known, ...change };
}

export function answer(decided: GateDecision, change: Partial<StatusAnswer> = {}): StatusAnswer {
  return {
    named: { kind: 'service', service: service('payments', { aliases: ['pay'] }) },
    branch: DEVELOP,
    decision: decided,
    assessments: [decided.assessment],
    answeredAt: NOW,
    ...change,
  };
}

export const ANA = { id: '29:ana', name: 'Ana Ferreira' };
export const BO = { id: '29:bo', name: 'Bo Lindqvist' };

export function watch(change: Partial<Watch> = {}): Watch {
  return {
    id: 'watch-1',
    conversationId: '19:general@thread.tacv2',
    subject: 'payments',
    role: 'base',
    definitionName: 'python-base',
    definition: PYTHON.definition,
    askers: [ANA, BO],
    state: 'following',
    buildId: 4243,
    afterBuildId: 4242,
    createdAt: NOW - 5 * MINUTE,
    expiresAt: NOW + 7 * DAY - 5 * MINUTE,
    ...change,
  };
}
