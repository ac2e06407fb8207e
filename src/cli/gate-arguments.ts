// Reads the words after `pipebot gate` and the environment into one question: to a PipeBot server, or to Azure DevOps.
// It must not send anything, and shows no value of an option that could hold a secret.

import type { ConfigProblem } from '../config/config-problem.ts';
import { FileReader } from '../config/file-reader.ts';
import { readPolicy } from '../config/policy-entry.ts';
import { toBranchRef } from '../domain/branch.ts';
import { looksLikeLink } from '../domain/link.ts';
import { DEFAULT_GATE_POLICY, type GatePolicy } from '../domain/service.ts';
import { Secret } from '../secret.ts';
import { type DirectQuestion, readDirectQuestion } from './direct-arguments.ts';
import { GATE_OPTIONS, type GateWay, REFUSED_OPTIONS } from './gate-options.ts';
import { readOptions, type Words } from './read-options.ts';

export type GateEnvironment = Readonly<Record<string, string | undefined>>;
export type Problem = { readonly problem: string };

/** A question to a PipeBot server. */
export interface ServerQuestion {
  readonly way: 'server';
  readonly service: string;
  /** Without a slash at the end. */
  readonly url: string;
  readonly key: Secret;
  readonly waitMs: number;
  /** Full ref. */
  readonly branch?: string;
  readonly commit?: string;
  readonly settleMs?: number;
  readonly buildId?: string;
  readonly isJson: boolean;
}

export type GateQuestion = ServerQuestion | DirectQuestion;

const START = 'Say which service, or give the address of the base pipeline.';
const EXAMPLES =
  'Examples: pipebot gate payments --url https://pipebot.example.com, pipebot gate https://dev.azure.com/contoso/Shop/_build?definitionId=183';

export function readGateArguments(
  words: readonly string[],
  environment: GateEnvironment,
): GateQuestion | Problem {
  const read = readOptions(GATE_OPTIONS, words, REFUSED_OPTIONS);
  if ('problem' in read) return read;
  const [subject, ...surplus] = read.positionals;
  if (surplus.length > 0) return { problem: `There is a word too many. ${EXAMPLES}` };
  const isDirect = subject === undefined ? read.values.has('definition') : looksLikeLink(subject);
  if (subject === undefined && !isDirect) return { problem: `${START} ${EXAMPLES}` };
  const way = isDirect ? 'direct' : 'server';
  const foreign = foreignOption(read, way);
  if (foreign !== undefined) return { problem: foreign };
  const common = readCommon(read, environment);
  if ('problem' in common) return common;
  return isDirect
    ? readDirectQuestion({ ...read, subject, environment, common })
    : readServerQuestion({ ...read, subject: subject ?? '', environment, common });
}

/** What both ways have. */
export interface CommonOptions {
  readonly policy: GatePolicy;
  readonly isJson: boolean;
  /** As it was given, a full ref. */
  readonly branch?: string;
  /** The branch of the run that asks. */
  readonly runBranch?: string;
  readonly commit?: string;
}

export interface ReadWords extends Words {
  readonly environment: GateEnvironment;
  readonly common: CommonOptions;
}

function foreignOption({ values }: Words, way: GateWay): string | undefined {
  const other = GATE_OPTIONS.find((row) => row.way !== 'both' && row.way !== way && values.has(row.name));
  if (!other) return undefined;
  return way === 'server'
    ? `The option --${other.name} is for asking Azure DevOps without a PipeBot; with a service’s name, the server’s own settings count. Leave one of them out.`
    : `The option --${other.name} is for asking a PipeBot server, and the base pipeline is for asking Azure DevOps without one. Leave one of them out.`;
}

function readCommon(read: Words, environment: GateEnvironment): CommonOptions | Problem {
  const { values } = read;
  const policy = readPolicyOptions(values);
  if ('problem' in policy) return policy;
  const branch = values.get('branch');
  const branchRef = branch === undefined ? undefined : toBranchRef(branch);
  if (branch !== undefined && branchRef === undefined)
    return invalid('branch', 'is not a branch name that git accepts');
  const commit = values.get('commit');
  // As the server demands it; a word such as HEAD would never be seen.
  if (commit !== undefined && !/^[0-9a-f]{7,40}$/i.test(commit))
    return invalid('commit', 'is not the id of a commit');
  const runBranch = toBranchRef(environment['BUILD_SOURCEBRANCH'] ?? '');
  return {
    policy,
    isJson: values.has('json'),
    ...(branchRef === undefined ? {} : { branch: branchRef }),
    ...(runBranch === undefined ? {} : { runBranch }),
    ...(commit === undefined ? {} : { commit: commit.toLowerCase() }),
  };
}

/** The options that are settings of the services file, too, and their names there. */
const SETTINGS: ReadonlyMap<string, string> = new Map([
  ['wait', 'timeout'],
  ['settle', 'settle'],
  ['poll', 'pollInterval'],
  ['when-running', 'whenRunning'],
  ['on-partially-succeeded', 'onPartiallySucceeded'],
  ['on-canceled', 'onCanceled'],
  ['on-never-built', 'onNeverBuilt'],
  ['max-age', 'maxAge'],
]);

/** Through the reader of the services file, so that the same words and limits hold. */
function readPolicyOptions(values: ReadonlyMap<string, string>): GatePolicy | Problem {
  for (const [option, setting] of SETTINGS) {
    const value = values.get(option);
    if (value === undefined) continue;
    const problems: ConfigProblem[] = [];
    readPolicy(new FileReader('', problems), 'gate', { value: new Map([[setting, value]]) });
    if (problems[0]) return invalid(option, problems[0].wrong, false);
  }
  const given = [...SETTINGS].flatMap(([option, setting]) => {
    const value = values.get(option);
    return value === undefined ? [] : [[setting, value] as const];
  });
  return readPolicy(new FileReader('', []), 'gate', {
    value: new Map(given),
    inherited: DEFAULT_GATE_POLICY,
  });
}

function readServerQuestion({
  subject,
  values,
  environment,
  common,
}: ReadWords & { readonly subject: string }): ServerQuestion | Problem {
  if (subject.length > 100 || /[\p{Cc}\s]/u.test(subject)) return { problem: `${START} ${EXAMPLES}` };
  const { policy, isJson, commit, branch = common.runBranch } = common;
  const url = readServerUrl(values, environment);
  if (typeof url !== 'string') return url;
  const key = readSecretVariable(environment, 'PIPEBOT_KEY');
  if (key === undefined || 'problem' in key)
    return (
      key ?? {
        problem:
          'PIPEBOT_KEY is missing. Put the gate key into the environment; in a pipeline: env: { PIPEBOT_KEY: $(PIPEBOT_KEY) }',
      }
    );
  const buildId = values.get('build-id') ?? environment['BUILD_BUILDID'];
  if (values.has('build-id') && !/^[1-9]\d{0,9}$/.test(buildId ?? ''))
    return invalid('build-id', 'is not the id of a run');
  return {
    ...{ way: 'server', service: subject, url, key, waitMs: policy.timeoutMs, isJson },
    ...(branch === undefined ? {} : { branch }),
    ...(commit === undefined ? {} : { commit }),
    ...(values.has('settle') ? { settleMs: policy.settleMs } : {}),
    ...(/^[1-9]\d{0,9}$/.test(buildId ?? '') && buildId !== undefined ? { buildId } : {}),
  };
}

function readServerUrl(values: ReadonlyMap<string, string>, environment: GateEnvironment): string | Problem {
  const text = values.get('url') ?? environment['PIPEBOT_URL'] ?? '';
  const example = 'Example: --url https://pipebot.example.com';
  if (text === '' || isUnset(text))
    return { problem: `Say where PipeBot is, by --url or by PIPEBOT_URL. ${example}` };
  const url = URL.parse(text);
  const isWeb = url?.protocol === 'https:' || url?.protocol === 'http:';
  if (!url || !isWeb || [url.username, url.password, url.search, url.hash].some((part) => part !== ''))
    return { problem: `The address of PipeBot has to be an http address and nothing else. ${example}` };
  const isLoopback = ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);
  if (url.protocol === 'http:' && !isLoopback && !values.has('allow-http'))
    return {
      problem: `Over http everybody on the way could read the key. Use an address with https, or say --allow-http if the way to ${url.host} is your own.`,
    };
  return `${url.origin}${url.pathname.replace(/\/+$/, '')}`;
}

/** A secret of the environment; undefined when there is none, a problem when it cannot be one. */
export function readSecretVariable(environment: GateEnvironment, name: string): Secret | Problem | undefined {
  const text = environment[name]?.trim() ?? '';
  if (text === '') return undefined;
  if (isUnset(text))
    return {
      problem: `${name} holds the name of a variable instead of its value: the pipeline has no such variable, or this run may not see it.`,
    };
  if (!/^[\x21-\x7e]{1,4000}$/.test(text))
    return { problem: `${name} holds what no secret looks like: spaces or letters beyond ASCII.` };
  return new Secret(text);
}

/** Azure Pipelines leaves `$(NAME)` as it is when there is no such variable. */
export function isUnset(text: string): boolean {
  return /^\$\([^)]*\)$/.test(text);
}

/** A problem with one option and the example of the table; its value may be shown when it is a word of ours. */
export function invalid(name: string, wrong: string, isItsValue = true): Problem {
  const example = GATE_OPTIONS.find((row) => row.name === name)?.example ?? '';
  return {
    problem: `The option --${name} is wrong: ${isItsValue ? 'its value ' : ''}${wrong}. Example: ${example}`,
  };
}
