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
  if (state.definitions.has(definition.id)) throw new Error(`definition ${definition.id} exists already`);
  state.definitions.set(definition.id, definition);
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

export function queueBuild(
  state: OrganizationState,
  wanted: StandInDefinition,
  options: BuildOptions,
): StandInBuild {
  const definition = state.definitions.get(wanted.id);
  if (!definition) throw new Error(`definition ${wanted.id} is not in this organisation`);
  const id = options.id ?? state.builds.lastId + 1;
  const now = state.clock.now();
  const reason = options.reason ?? 'individualCI';
  const build: BuildState = {
    id,
    definition,
    buildNumber: options.buildNumber ?? state.builds.nextNumber(definition, now),
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
    isHeld: false,
    validationErrors: [],
    timeline: emptyTimeline(deterministicGuid(`timeline/${id}`)),
    logs: [],
    unwritten: [],
  };
  state.builds.add(build);
  state.announce(build, 'queued');
  return toStandInBuild(state, build);
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
