// The event of the tfs publisher: build.complete, in both of its versions. Must not choose when it is due.
import { toAzureTimestamp } from './azure-timestamp.ts';
import { buildUrl } from './azure-urls.ts';
import { toBuildJson, toPersonJson } from './build-json.ts';
import type { BuildState, OrganizationState } from './organization-state.ts';
import type { EventDraft } from './service-hook-state.ts';

export function toBuildEvent(state: OrganizationState, build: BuildState): EventDraft {
  const json = toBuildJson(state, build);
  const xaml = toXamlBuild(state, build);
  return {
    eventType: 'build.complete',
    filters: { definitionName: build.definition.name, buildStatus: XAML_FILTERS[xaml.status] ?? '' },
    text: `Build ${build.buildNumber} ${xaml.status}`,
    resource: (version) => (version === '2.0' || version === 'latest' ? json : xaml),
  };
}

const XAML_STATUSES: Readonly<Record<string, string>> = { canceled: 'stopped', none: 'failed' };
const XAML_FILTERS: Readonly<Record<string, string>> = {
  succeeded: 'Succeeded',
  partiallySucceeded: 'PartiallySucceeded',
  failed: 'Failed',
  stopped: 'Stopped',
};

/** Version 1.0 speaks as the XAML builds of old did: one word for status and result, and no result. */
function toXamlBuild(state: OrganizationState, build: BuildState) {
  const { definition, result = 'none' } = build;
  const requestedFor = toPersonJson(state, build.requestedFor);
  const project = `${state.url}/${definition.project.id}/_apis/build`;
  return {
    uri: `vstfs:///Build/Build/${build.id}`,
    id: build.id,
    buildNumber: build.buildNumber,
    url: buildUrl(state, build),
    startTime: toAzureTimestamp(build.startTime ?? build.queueTime),
    finishTime: toAzureTimestamp(build.finishTime ?? build.queueTime),
    reason: build.reason,
    status: XAML_STATUSES[result] ?? result,
    drop: {},
    log: {},
    sourceGetVersion: `LG:${build.sourceBranch}:${build.sourceVersion}`,
    lastChangedBy: requestedFor,
    retainIndefinitely: false,
    definition: {
      definitionType: 'xaml',
      id: definition.id,
      name: definition.name,
      url: `${project}/Definitions/${definition.id}`,
    },
    requests: [{ id: build.id, url: `${project}/Requests/${build.id}`, requestedFor }],
  };
}
