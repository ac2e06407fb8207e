// The logs of a build. A log appears when its task ends, never before: Azure can't be tailed by REST.
import { toAzureTimestamp } from './azure-timestamp.ts';
import { buildUrl } from './azure-urls.ts';
import type { BuildLogState, BuildState, OrganizationState } from './organization-state.ts';
import type { TimelineRecord } from './timeline-record.ts';

export interface BuildLogReference {
  readonly id: number;
  readonly type: string;
  readonly url: string;
}

export function addBuildLog(
  state: OrganizationState,
  build: BuildState,
  record: TimelineRecord,
  given?: readonly string[],
): BuildLogReference {
  const createdOn = state.clock.now();
  const errors = (record.issues ?? []).map((issue) => `##[${issue.type}]${issue.message}`);
  const text = given ?? [
    `##[section]Starting: ${record.name}`,
    ...errors,
    `##[section]Finishing: ${record.name}`,
  ];
  const stamp = toAzureTimestamp(createdOn);
  const log: BuildLogState = {
    id: build.logs.length + 1,
    lines: text.map((line) => `${stamp} ${line}`),
    createdOn,
  };
  build.logs.push(log);
  return toLogReference(state, build, log.id);
}

export function toLogReference(state: OrganizationState, build: BuildState, id: number): BuildLogReference {
  return { id, type: 'Container', url: `${buildUrl(state, build)}/logs/${id}` };
}

export function toLogJson(state: OrganizationState, build: BuildState, log: BuildLogState): unknown {
  const time = toAzureTimestamp(log.createdOn);
  const reference = toLogReference(state, build, log.id);
  return { lineCount: log.lines.length, createdOn: time, lastChangedOn: time, ...reference };
}
