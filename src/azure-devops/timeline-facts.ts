// What a build's timeline tells people: why it failed, or that it waits for an approval. It must not judge the
// build: whether it failed stands in the build, and no word of a timeline makes a success of it.
import { type Build, outcomeOf, phaseOf } from '../domain/build.ts';
import type { Failure, PendingApproval, TimelineFacts } from '../domain/failure.ts';
import { PipeBotError } from '../errors.ts';
import type { AzureClient } from './azure-client.ts';
import { invalidResponse, isJsonObject, type JsonObject, readId } from './json-object.ts';
import { readLogTail } from './log-tail.ts';
import { isDeadline } from './network-failure.ts';
import { oneLine } from './one-line.ts';
import { findOfType, hasFailed, readTimeline, type TimelineRecord } from './timeline-record.ts';
import { logWebUrl } from './web-url.ts';

const MOST_ERRORS = 5;
const LONGEST_ERROR = 500;
/** The name of the stage that Azure DevOps makes where a pipeline has none. */
const NO_STAGE = '__default';

/** @throws PipeBotError `azure-*` @see Pipelines.getTimelineFacts */
export async function getTimelineFacts(
  client: AzureClient,
  build: Build,
  signal: AbortSignal,
): Promise<TimelineFacts> {
  switch (phaseOf(build)) {
    case 'active': {
      const pendingApproval = findApproval(await askTimeline(client, build, signal));
      return pendingApproval ? { pendingApproval } : {};
    }
    case 'ended': {
      const failure = outcomeOf(build) === 'failed' ? await readFailure(client, build, signal) : undefined;
      return failure ? { failure } : {};
    }
    case 'unclear':
      return {};
  }
}

/** In the order of the run; empty when the build has no timeline, as one has that never started. */
async function askTimeline(
  client: AzureClient,
  { project, id }: Build,
  signal: AbortSignal,
): Promise<TimelineRecord[]> {
  const path = `builds/${id}/timeline`;
  const readers = { read: readTimeline, readNothing: () => [] };
  const answer = await client.get({ project, resource: 'others', path, query: {}, ...readers }, signal);
  return answer.value;
}

function findApproval(records: readonly TimelineRecord[]): PendingApproval | undefined {
  const approval = records.find(
    ({ type, state }) => type.startsWith('Checkpoint.Approval') && state === 'inProgress',
  );
  if (!approval) return undefined;
  const stage = findOfType(approval, 'Stage')?.name ?? NO_STAGE;
  return {
    ...(isStageName(stage) ? { stage } : {}),
    ...(approval.startedAt === undefined ? {} : { since: approval.startedAt }),
  };
}

async function readFailure(
  client: AzureClient,
  build: Build,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  const failed = (await askTimeline(client, build, signal)).filter(hasFailed);
  if (failed.length === 0) {
    const errors = await askValidationErrors(client, build, signal);
    return errors.length > 0 ? { stages: [], errors, logTail: [] } : undefined;
  }
  const stages = failed.filter(({ type }) => type === 'Stage').map(({ name }) => name);
  const task = failed.find(({ type }) => type === 'Task');
  // Jobs repeat the errors of their tasks, but where no task says why, a job may: its agent was lost, its time was up.
  const telling = [...(task ? [task] : []), ...failed].find(({ errors }) => errors.length > 0);
  return {
    stages: [...new Set(stages)].filter(isStageName),
    ...(task && task.name !== '' ? { task: task.name } : {}),
    errors: telling?.errors.slice(0, MOST_ERRORS) ?? [],
    logTail: task ? await readLogTailIfPossible(client, { build, task }, signal) : [],
    ...(task ? { logUrl: toLogUrl(client, build, task) } : {}),
  };
}

function isStageName(name: string): boolean {
  return name !== '' && name !== NO_STAGE;
}

function toLogUrl(client: AzureClient, { project, id: buildId }: Build, task: TimelineRecord): string {
  const jobId = findOfType(task, 'Job')?.id;
  const page = { organizationUrl: client.organization.url, project, buildId };
  return logWebUrl(page, jobId === undefined ? { taskId: task.id } : { jobId, taskId: task.id });
}

/** The rest is worth telling without it, even when it used up all the time. */
async function readLogTailIfPossible(
  client: AzureClient,
  { build, task }: { readonly build: Build; readonly task: TimelineRecord },
  signal: AbortSignal,
): Promise<string[]> {
  if (task.logId === undefined) return [];
  try {
    return await readLogTail(
      client,
      { project: build.project, buildId: build.id, logId: task.logId },
      signal,
    );
  } catch (error) {
    if (isDeadline(signal)) return [];
    if (signal.aborted || !(error instanceof PipeBotError)) throw error;
    return [];
  }
}

/** What kept a build from starting: a pool that it may not use, a file that cannot be read. */
async function askValidationErrors(
  client: AzureClient,
  { project, id }: Build,
  signal: AbortSignal,
): Promise<string[]> {
  const read = (body: JsonObject) => {
    const found = readId(body, 'id', 'a build');
    if (found !== id) throw invalidResponse(`build ${found} came for build ${id}`);
    return readValidationErrors(body['validationResults']);
  };
  const path = `builds/${id}`;
  const answer = await client.get({ project, resource: 'builds', path, query: {}, read }, signal);
  return answer.value;
}

function readValidationErrors(results: unknown): string[] {
  if (!Array.isArray(results)) return [];
  const errors = results.filter(isJsonObject).filter(({ result }) => result === 'error');
  return errors
    .map(({ message }) => (typeof message === 'string' ? oneLine(message, LONGEST_ERROR) : ''))
    .filter((message) => message !== '')
    .slice(0, MOST_ERRORS);
}
