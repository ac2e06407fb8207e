// Spells projects, definitions and builds as the REST API does: what has not happened yet is absent, not null.
// Must not choose which of them are shown.
import { toAzureTimestamp } from './azure-timestamp.ts';
import { buildUrl, buildWebUrl, definitionUrl, definitionWebUrl, projectUrl } from './azure-urls.ts';
import { toLogReference } from './build-log.ts';
import type {
  BuildState,
  DefinitionState,
  OrganizationState,
  PersonState,
  ProjectState,
} from './organization-state.ts';

export function toProjectJson(state: OrganizationState, project: ProjectState) {
  return {
    id: project.id,
    name: project.name,
    url: projectUrl(state, project),
    state: 'wellFormed',
    revision: 11,
    visibility: 'private',
    lastUpdateTime: '2026-01-05T08:00:00.1230000Z',
  };
}

export function toPersonJson(state: OrganizationState, person: PersonState) {
  return {
    displayName: person.displayName,
    url: `${state.url}/_apis/Identities/${person.id}`,
    id: person.id,
    uniqueName: person.uniqueName,
    imageUrl: `${state.url}/_apis/GraphProfile/MemberAvatars/${person.id}`,
    descriptor: person.descriptor ?? `aad.${person.id}`,
  };
}

export function toDefinitionReferenceJson(state: OrganizationState, definition: DefinitionState) {
  return {
    drafts: [],
    id: definition.id,
    name: definition.name,
    url: definitionUrl(state, definition),
    uri: `vstfs:///Build/Definition/${definition.id}`,
    path: definition.path,
    type: 'build',
    queueStatus: definition.queueStatus,
    revision: definition.revision,
    project: toProjectJson(state, definition.project),
  };
}

export function toDefinitionJson(state: OrganizationState, definition: DefinitionState) {
  return {
    _links: {
      self: { href: definitionUrl(state, definition) },
      web: { href: definitionWebUrl(state, definition) },
      badge: { href: `${state.url}/${definition.project.id}/_apis/build/status/${definition.id}` },
    },
    quality: 'definition',
    createdDate: toAzureTimestamp(definition.lastModified),
    ...toDefinitionReferenceJson(state, definition),
  };
}

export function toRepositoryJson(definition: DefinitionState) {
  return { ...definition.repository, clean: null, checkoutSubmodules: false };
}

/** Who Azure names when nobody asked; the name looks like an e-mail address and is none. */
export const SYSTEM_PERSON: PersonState = {
  id: '00000002-0000-8888-8000-000000000000',
  displayName: 'Microsoft.VisualStudio.Services.TFS',
  uniqueName: '00000002-0000-8888-8000-000000000000@2c895908-04e0-4952-89fd-54b0046d6288',
  descriptor: 's2s.MDAwMDAwMDItMDAwMC04ODg4LTgwMDAtMDAwMDAwMDAwMDAw',
};

function toTriggerInfo(build: BuildState): Record<string, string> {
  if (build.reason === 'pullRequest') {
    const number = build.sourceBranch.split('/')[2] ?? '0';
    return { 'pr.number': number, 'pr.title': build.commitMessage, 'pr.sourceSha': build.sourceVersion };
  }
  if (!build.reason.endsWith('CI')) return {};
  return {
    'ci.sourceBranch': build.sourceBranch,
    'ci.sourceSha': build.sourceVersion,
    'ci.message': build.commitMessage,
  };
}

function toBuildTimes(build: BuildState) {
  const { startTime, finishTime, result } = build;
  return {
    ...(result === undefined ? {} : { result }),
    queueTime: toAzureTimestamp(build.queueTime),
    ...(startTime === undefined ? {} : { startTime: toAzureTimestamp(startTime) }),
    ...(finishTime === undefined ? {} : { finishTime: toAzureTimestamp(finishTime) }),
    ...(build.status === 'notStarted' ? { queuePosition: 1 } : {}),
    lastChangedDate: toAzureTimestamp(build.lastChanged),
  };
}

function toBuildLinks(state: OrganizationState, build: BuildState) {
  const project = build.definition.project.id;
  return {
    self: { href: buildUrl(state, build) },
    web: { href: buildWebUrl(state, build) },
    sourceVersionDisplayUri: { href: `${buildUrl(state, build)}/sources` },
    timeline: { href: `${buildUrl(state, build)}/Timeline` },
    badge: { href: `${state.url}/${project}/_apis/build/status/${build.definition.id}` },
  };
}

export function toBuildJson(state: OrganizationState, build: BuildState) {
  const manual = build.reason === 'manual';
  return {
    _links: toBuildLinks(state, build),
    properties: {},
    tags: build.tags,
    validationResults: build.validationErrors.map((message) => ({ result: 'error', message })),
    plans: [{ planId: build.planId }],
    triggerInfo: toTriggerInfo(build),
    id: build.id,
    buildNumber: build.buildNumber,
    status: build.status,
    ...toBuildTimes(build),
    url: buildUrl(state, build),
    definition: toDefinitionReferenceJson(state, build.definition),
    buildNumberRevision: Number(build.buildNumber.split('.').at(-1)) || 1,
    project: toProjectJson(state, build.definition.project),
    uri: `vstfs:///Build/Build/${build.id}`,
    sourceBranch: build.sourceBranch,
    sourceVersion: build.sourceVersion,
    queue: { id: 9, name: 'Azure Pipelines', pool: { id: 8, name: 'Azure Pipelines', isHosted: true } },
    priority: 'normal',
    reason: build.reason,
    requestedFor: toPersonJson(state, build.requestedFor),
    requestedBy: toPersonJson(state, manual ? build.requestedFor : SYSTEM_PERSON),
    lastChangedBy: toPersonJson(state, SYSTEM_PERSON),
    orchestrationPlan: { planId: build.planId },
    logs: toLogReference(state, build, 0),
    repository: toRepositoryJson(build.definition),
    retainedByRelease: false,
    triggeredByBuild: null,
    appendCommitMessageToRunName: true,
    ...(build.deleted ? { deleted: true } : {}),
  };
}
