// Adds projects, definitions and builds, with defaults that look like a real organisation's.
// Must not change what was added: the handles it returns do.
import { SYSTEM_PERSON } from './build-json.ts';
import { deterministicGuid } from './deterministic-guid.ts';
import type {
  BuildState,
  DefinitionState,
  OrganizationState,
  PersonState,
  ProjectState,
  RepositoryState,
} from './organization-state.ts';
import { type StandInBuild, toStandInBuild } from './stand-in-build.ts';
import { emptyTimeline } from './timeline-record.ts';

export interface StandInProject {
  readonly id: string;
  readonly name: string;
}

export interface DefinitionOptions {
  readonly id: number;
  readonly name: string;
  /** Folder, `\` when not given. */
  readonly path?: string;
  readonly repository?: RepositoryState;
  readonly defaultBranch?: string;
  readonly queueStatus?: string;
}

export interface StandInDefinition {
  readonly id: number;
  readonly name: string;
  readonly path: string;
  readonly project: StandInProject;
  readonly repository: RepositoryState;
  readonly defaultBranch: string;
  rename(name: string): void;
  setQueueStatus(queueStatus: 'enabled' | 'paused' | 'disabled'): void;
  delete(): void;
}

export interface BuildOptions {
  /** Full ref; the definition's default branch when not given. */
  readonly branch?: string;
  readonly reason?: string;
  readonly requestedFor?: string | PersonState;
  readonly sourceVersion?: string;
  readonly commitMessage?: string;
  readonly buildNumber?: string;
  readonly id?: number;
  readonly tags?: readonly string[];
}

export function addProject(state: OrganizationState, name: string): StandInProject {
  const project: ProjectState = { id: deterministicGuid(`project/${state.name}/${name}`), name };
  state.projects.push(project);
  return project;
}

export function addDefinition(
  state: OrganizationState,
  project: StandInProject,
  options: DefinitionOptions,
): StandInDefinition {
  const repositoryId = deterministicGuid(`repository/${project.id}/${options.name}`);
  const definition: DefinitionState = {
    id: options.id,
    project,
    name: options.name,
    path: options.path ?? '\\',
    revision: 1,
    queueStatus: options.queueStatus ?? 'enabled',
    deleted: false,
    lastModified: state.clock.now(),
    repository: options.repository ?? { id: repositoryId, type: 'TfsGit', name: options.name },
    defaultBranch: options.defaultBranch ?? 'refs/heads/main',
  };
  if (findDefinition(state, definition.id)) throw new Error(`definition ${definition.id} exists already`);
  state.definitions.push(definition);
  return toStandInDefinition(state, definition);
}

function toStandInDefinition(state: OrganizationState, definition: DefinitionState): StandInDefinition {
  const change = (wanted: Partial<DefinitionState>) => {
    Object.assign(definition, wanted);
    definition.revision += 1;
    definition.lastModified = state.clock.now();
  };
  return {
    id: definition.id,
    get name() {
      return definition.name;
    },
    path: definition.path,
    project: definition.project,
    repository: definition.repository,
    defaultBranch: definition.defaultBranch,
    rename: (name) => change({ name }),
    setQueueStatus: (queueStatus) => change({ queueStatus }),
    delete: () => change({ deleted: true }),
  };
}

function findDefinition(state: OrganizationState, id: number): DefinitionState | undefined {
  return state.definitions.find((definition) => definition.id === id);
}

export function queueBuild(
  state: OrganizationState,
  wanted: StandInDefinition,
  options: BuildOptions,
): StandInBuild {
  const definition = findDefinition(state, wanted.id);
  if (!definition) throw new Error(`definition ${wanted.id} is not in this organisation`);
  const id = options.id ?? state.lastBuildId + 1;
  if (state.builds.some((build) => build.id === id)) throw new Error(`build ${id} exists already`);
  state.lastBuildId = Math.max(state.lastBuildId, id);
  const now = state.clock.now();
  const reason = options.reason ?? 'individualCI';
  const build: BuildState = {
    id,
    definition,
    buildNumber: options.buildNumber ?? nextBuildNumber(state, definition),
    reason,
    sourceBranch: options.branch ?? definition.defaultBranch,
    sourceVersion:
      options.sourceVersion ?? deterministicGuid(`commit/${id}`).replaceAll('-', '').padEnd(40, '0'),
    commitMessage: options.commitMessage ?? `Change ${id}`,
    requestedFor: toPerson(options.requestedFor, reason),
    tags: options.tags ?? [],
    queueTime: now,
    planId: deterministicGuid(`plan/${id}`),
    status: 'notStarted',
    result: undefined,
    startTime: undefined,
    finishTime: undefined,
    lastChanged: now,
    deleted: false,
    validationErrors: [],
    timeline: emptyTimeline(deterministicGuid(`timeline/${id}`)),
    logs: [],
  };
  state.builds.push(build);
  return toStandInBuild(state, build);
}

/** Azure's default format: the day, and a counter per definition and day. */
function nextBuildNumber(state: OrganizationState, definition: DefinitionState): string {
  const day = new Date(state.clock.now()).toISOString().slice(0, 10).replaceAll('-', '');
  const sameDay = state.builds.filter(
    (build) => build.definition === definition && build.buildNumber.startsWith(`${day}.`),
  );
  const counters = sameDay.map((build) => Number(build.buildNumber.slice(day.length + 1)) || 0);
  return `${day}.${Math.max(0, ...counters) + 1}`;
}

function toPerson(wanted: string | PersonState | undefined, reason: string): PersonState {
  if (typeof wanted === 'object') return wanted;
  if (wanted === undefined && reason.startsWith('schedule')) return SYSTEM_PERSON;
  const displayName = wanted ?? 'Ada Lovelace';
  const address = displayName.toLowerCase().replaceAll(' ', '.');
  return {
    id: deterministicGuid(`person/${displayName}`),
    displayName,
    uniqueName: `${address}@contoso.com`,
  };
}
