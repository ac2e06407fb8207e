// Finds one definition by its id or its exact name. It must not guess between two.
import { PipeBotError } from '../errors.ts';
import type { AzureClient } from './azure-client.ts';
import {
  invalidResponse,
  isId,
  type JsonObject,
  readId,
  readList,
  readOptionalText,
  readText,
  toJsonObject,
} from './json-object.ts';

export interface DefinitionLookup {
  readonly organization: string;
  readonly project: string;
  readonly definition: number | string;
}

export interface FoundDefinition {
  /** By name, even when it was asked for by id. */
  readonly project: string;
  readonly definitionId: number;
  readonly name: string;
}

/** @throws PipeBotError `azure-*`; azure-not-found for none and for several of that name */
export async function getDefinition(
  client: AzureClient,
  ref: DefinitionLookup,
  signal: AbortSignal,
): Promise<FoundDefinition> {
  const { definition } = ref;
  return typeof definition === 'number'
    ? getById(client, { ...ref, definition }, signal)
    : findByName(client, { ...ref, definition }, signal);
}

async function getById(
  client: AzureClient,
  ref: DefinitionLookup & { readonly definition: number },
  signal: AbortSignal,
): Promise<FoundDefinition> {
  const { project, definition: id } = ref;
  if (!isId(id)) throw refuse(ref, 'a definition is named by a positive whole number or by its name');
  const read = (body: JsonObject) => {
    const found = toDefinition(body);
    if (found.definitionId !== id) {
      throw invalidResponse(`definition ${found.definitionId} came for definition ${id}`);
    }
    return found;
  };
  const path = `definitions/${id}`;
  const answer = await client.get({ project, resource: 'definitions', path, query: {}, read }, signal);
  const { path: _folder, ...found } = answer.value;
  return found;
}

/**
 * Names are unique only within a folder, and Azure DevOps compares them without regard to case and takes `*`
 * for a wildcard (Definitions - List, 7.1), so its answer is compared again; the exact case wins.
 */
async function findByName(
  client: AzureClient,
  ref: DefinitionLookup & { readonly definition: string },
  signal: AbortSignal,
): Promise<FoundDefinition> {
  const { project, definition: name } = ref;
  if (name.trim() === '')
    throw refuse(ref, 'a definition is named by a positive whole number or by its name');
  const read = (body: JsonObject) => readList(body, 'the list of definitions').map(toDefinition);
  const answer = await client.get(
    { project, resource: 'definitions', path: 'definitions', query: { name }, read },
    signal,
  );
  const exact = answer.value.filter((found) => found.name === name);
  const similar = answer.value.filter((found) => found.name.toLowerCase() === name.toLowerCase());
  const [found, ...others] = exact.length > 0 ? exact : similar;
  if (!found) throw notFound(ref, `no definition is called ${name}`);
  if (others.length > 0) {
    const paths = [found, ...others].map((one) => joinPath(one.path, one.name)).sort();
    throw notFound(ref, `several definitions are called ${name}: ${paths.join(', ')}`);
  }
  const { path: _folder, ...definition } = found;
  return definition;
}

function toDefinition(json: unknown): FoundDefinition & { readonly path: string } {
  const object = toJsonObject(json, 'a definition');
  const definitionId = readId(object, 'id', 'a definition');
  const what = `definition ${definitionId}`;
  const project = toJsonObject(object['project'], `the project of ${what}`);
  return {
    project: readText(project, 'name', `the project of ${what}`),
    definitionId,
    name: readText(object, 'name', what),
    path: readOptionalText(object, 'path', what) ?? '\\',
  };
}

function joinPath(folder: string, name: string): string {
  return folder.endsWith('\\') ? `${folder}${name}` : `${folder}\\${name}`;
}

function notFound(ref: DefinitionLookup, detail: string): PipeBotError {
  return new PipeBotError('azure-not-found', { subject: `${ref.organization}/${ref.project}`, detail });
}

function refuse(ref: DefinitionLookup, detail: string): PipeBotError {
  return new PipeBotError('azure-refused', { subject: `${ref.organization}/${ref.project}`, detail });
}
