// Addresses that answers carry. REST addresses use the project's GUID and Azure's own casing,
// so that a link made by replacing text in them is found out. Must not be used to route.
import type { BuildState, DefinitionState, OrganizationState, ProjectState } from './organization-state.ts';

export function projectUrl(state: OrganizationState, project: ProjectState): string {
  return `${state.url}/_apis/projects/${project.id}`;
}

export function buildUrl(state: OrganizationState, build: BuildState): string {
  return `${state.url}/${build.definition.project.id}/_apis/build/Builds/${build.id}`;
}

export function buildWebUrl(state: OrganizationState, build: BuildState): string {
  return `${state.url}/${build.definition.project.id}/_build/results?buildId=${build.id}`;
}

export function definitionUrl(state: OrganizationState, definition: DefinitionState): string {
  return `${state.url}/${definition.project.id}/_apis/build/Definitions/${definition.id}?revision=${definition.revision}`;
}

export function definitionWebUrl(state: OrganizationState, definition: DefinitionState): string {
  return `${state.url}/${definition.project.id}/_build/definition?definitionId=${definition.id}`;
}
