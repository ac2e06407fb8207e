// Reads a gate's question from a URL, and from the body and header that a POST may add, strictly: a parameter that is misspelled, repeated or badly written is
// refused with an example, since ignoring it would answer another question than the one that was asked.
import { toBranchRef } from '../domain/branch.ts';
import { parseDuration } from '../domain/duration.ts';
import { nearestNames } from '../domain/service.ts';
import { PipeBotError } from '../errors.ts';
import type { GateRequest } from '../usecases/answer-gate.ts';

export type GateParameters = Omit<GateRequest, 'service' | 'keyId' | 'signal' | 'listener'>;

const NAMES = ['branch', 'commit', 'settle', 'wait', 'timeout', 'buildId', 'id'];
const UNEXPANDED = /\$\([\w.]+\)/;
const MAX_SETTLE_MS = 600_000;
const MIN_TIMEOUT_MS = 1_000;
/** Job tokens of Azure Pipelines die after about a day; a gate gives up before that. */
const MAX_TIMEOUT_MS = 20 * 3_600_000;

/** What stands elsewhere than in the URL. */
export interface PostedParameters {
  /** The members of the JSON body. */
  readonly body?: URLSearchParams;
  /** Of the header BuildId. */
  readonly buildId?: number;
}

/** Throws `gate-request-invalid` or `branch-invalid`. Who says the same thing twice must say the same both times. */
export function readGateParameters(url: URLSearchParams, posted: PostedParameters = {}): GateParameters {
  const query = merged(url, posted);
  const branch = query.get('branch');
  const branchRef = branch === null ? undefined : toBranchRef(branch);
  if (branch !== null && branchRef === undefined) {
    throw new PipeBotError('branch-invalid', {
      subject: branch.slice(0, 100),
      example: 'branch=develop or branch=refs/pull/7/merge',
    });
  }
  const commit = matching(query, 'commit', {
    pattern: /^[0-9a-f]{7,40}$/i,
    example: 'commit=$(Build.SourceVersion)',
  });
  const buildId = matching(query, 'buildId', {
    pattern: /^[1-9]\d{0,9}$/,
    example: 'buildId=$(Build.BuildId)',
  });
  const id = matching(query, 'id', { pattern: /^[\w-]{1,64}$/, example: 'id=<the id of an earlier answer>' });
  const settleMs = duration(query, 'settle', { minMs: 0, maxMs: MAX_SETTLE_MS, example: 'settle=30s' });
  const waitMs = duration(query, 'wait', { minMs: 0, maxMs: MAX_TIMEOUT_MS, example: 'wait=30m' });
  const timeoutMs = duration(query, 'timeout', {
    minMs: MIN_TIMEOUT_MS,
    maxMs: MAX_TIMEOUT_MS,
    example: 'timeout=30m',
  });
  // Who says that it waits for 45 minutes does not want to be stopped after 30.
  const deadlineMs = timeoutMs ?? (waitMs !== undefined && waitMs > 60_000 ? waitMs : undefined);
  return {
    ...(branchRef === undefined ? {} : { branch: branchRef }),
    ...(commit === undefined ? {} : { commit: commit.toLowerCase() }),
    ...(settleMs === undefined ? {} : { settleMs }),
    ...(deadlineMs === undefined ? {} : { timeoutMs: deadlineMs }),
    waitMs: waitMs ?? 0,
    ...(buildId === undefined ? {} : { buildId: Number(buildId) }),
    ...(id === undefined ? {} : { id }),
  };
}

function merged(url: URLSearchParams, { body, buildId }: PostedParameters): URLSearchParams {
  checkNames(url);
  const all = new URLSearchParams(url);
  const add = (name: string, value: string, where: string) => {
    const given = all.get(name);
    if (given !== null && given !== value) {
      throw invalid(name, `${where} says something else`, `${name} in one place only`);
    }
    all.set(name, value);
  };
  if (body) checkNames(body);
  for (const [name, value] of body ?? []) add(name, value, 'the body');
  if (buildId !== undefined) add('buildId', String(buildId), 'the header BuildId');
  return all;
}

function checkNames(query: URLSearchParams): void {
  for (const name of new Set(query.keys())) {
    const example = nearestNames(NAMES, name)[0] ?? NAMES.join(', ');
    if (!NAMES.includes(name)) throw invalid(name.slice(0, 60), 'there is no such parameter', example);
    if (query.getAll(name).length > 1) throw invalid(name, 'it is given more than once', `${name} once`);
    // Such a text would pass for the name of a branch that was never built.
    if (UNEXPANDED.test(query.get(name) ?? ''))
      throw invalid(name, 'Azure Pipelines did not replace the variable in it', `${name} without it`);
  }
}

function matching(
  query: URLSearchParams,
  name: string,
  { pattern, example }: { readonly pattern: RegExp; readonly example: string },
): string | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  if (!pattern.test(value)) throw invalid(name, `"${value.slice(0, 60)}" does not fit`, example);
  return value;
}

function duration(
  query: URLSearchParams,
  name: string,
  { minMs, maxMs, example }: { readonly minMs: number; readonly maxMs: number; readonly example: string },
): number | undefined {
  const value = query.get(name);
  if (value === null) return undefined;
  const durationMs = parseDuration(value);
  if (durationMs === undefined) throw invalid(name, `"${value.slice(0, 60)}" is no duration`, example);
  if (durationMs < minMs || durationMs > maxMs)
    throw invalid(name, `"${value.slice(0, 60)}" is too short or too long`, example);
  return durationMs;
}

function invalid(subject: string, detail: string, example: string): PipeBotError {
  return new PipeBotError('gate-request-invalid', { subject, detail, example });
}
