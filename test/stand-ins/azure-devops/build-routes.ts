// The routes of builds: list, one, timeline, logs, changes. Must not change a build.
import { type Answer, jsonAnswer, listAnswer, noContentAnswer, textAnswer } from './answer.ts';
import { badRequest, buildNotFound, logNotFound } from './azure-error.ts';
import { toAzureTimestamp } from './azure-timestamp.ts';
import { buildUrl } from './azure-urls.ts';
import { SYSTEM_PERSON, toBuildJson, toPersonJson } from './build-json.ts';
import { toLogJson } from './build-log.ts';
import type { BuildState } from './organization-state.ts';
import { readIds, readNumber } from './query-filter.ts';
import { findProject, type Route, type RouteRequest } from './route.ts';
import { selectBuilds } from './select-builds.ts';
import { settleTimeline } from './unwritten-timeline.ts';

const ONE = '{project}/_apis/build/builds/{buildId}';

export const BUILD_ROUTES: readonly Route[] = [
  { method: 'GET', pattern: '{project}/_apis/build/builds', handle: answerBuilds },
  { method: 'GET', pattern: ONE, handle: answerBuild },
  { method: 'GET', pattern: `${ONE}/timeline`, handle: answerTimeline },
  { method: 'GET', pattern: `${ONE}/timeline/{timelineId}`, handle: answerTimeline },
  { method: 'GET', pattern: `${ONE}/logs`, handle: answerLogs },
  { method: 'GET', pattern: `${ONE}/logs/{logId}`, handle: answerLog },
  { method: 'GET', pattern: `${ONE}/changes`, handle: answerChanges },
];

function answerBuilds(request: RouteRequest): Answer {
  const project = findProject(request);
  const own = request.state.builds.ofProject(project, readIds(request.query, 'definitions'));
  const { builds, continuationToken } = selectBuilds(own, request.query);
  const headers: Record<string, string> = continuationToken
    ? { 'x-ms-continuationtoken': continuationToken }
    : {};
  return listAnswer(
    builds.map((build) => toBuildJson(request.state, build)),
    headers,
  );
}

function findBuild(request: RouteRequest): BuildState {
  const project = findProject(request);
  const wanted = request.params['buildId'] ?? '';
  if (!/^\d+$/.test(wanted)) throw badRequest(`The value '${wanted}' is not valid for buildId.`);
  const found = request.state.builds.find(Number(wanted));
  if (!found || found.deleted || found.definition.project !== project) throw buildNotFound(wanted);
  return found;
}

function answerBuild(request: RouteRequest): Answer {
  return jsonAnswer(toBuildJson(request.state, findBuild(request)));
}

function answerTimeline(request: RouteRequest): Answer {
  const build = findBuild(request);
  settleTimeline(build);
  const { timeline } = build;
  const id = request.params['timelineId'] ?? timeline.id;
  const records = id === timeline.id ? timeline.records : timeline.past.get(id);
  if (records === undefined || records.length === 0) return noContentAnswer();
  const changeId = readNumber(request.query, 'changeId') ?? 0;
  return jsonAnswer({
    records: records.filter((record) => record.changeId > changeId),
    lastChangedBy: SYSTEM_PERSON.id,
    lastChangedOn: toAzureTimestamp(timeline.lastChanged),
    id,
    changeId: timeline.changeId,
    url: `${buildUrl(request.state, build)}/Timeline/${id}`,
  });
}

function answerLogs(request: RouteRequest): Answer {
  const build = findBuild(request);
  settleTimeline(build);
  return listAnswer(build.logs.map((log) => toLogJson(request.state, build, log)));
}

function answerLog(request: RouteRequest): Answer {
  const build = findBuild(request);
  settleTimeline(build);
  const wanted = request.params['logId'] ?? '';
  const log = build.logs.find((candidate) => String(candidate.id) === wanted);
  if (!log) throw logNotFound(wanted);
  const first = Math.max(1, readNumber(request.query, 'startLine') ?? 1);
  const lines = log.lines.slice(first - 1, readNumber(request.query, 'endLine') ?? log.lines.length);
  const asJson = (request.headers['accept'] ?? '').includes('application/json');
  return asJson ? listAnswer(lines) : textAnswer(lines.map((line) => `${line}\r\n`).join(''));
}

function answerChanges(request: RouteRequest): Answer {
  const build = findBuild(request);
  const { repository } = build.definition;
  const change = {
    id: build.sourceVersion,
    message: build.commitMessage,
    type: repository.type,
    author: toPersonJson(request.state, build.requestedFor),
    timestamp: toAzureTimestamp(build.queueTime),
    location: `${request.state.url}/_apis/git/repositories/${repository.id}/commits/${build.sourceVersion}`,
    displayUri: `${request.state.url}/_git/${repository.name}/commit/${build.sourceVersion}`,
  };
  return listAnswer([change].slice(0, readNumber(request.query, '$top') ?? 50));
}
