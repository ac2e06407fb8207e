// Reads one definition of the services file: a mapping, or the address of a pipeline.
import { looksLikeLink, type Organization, parseLink } from '../domain/link.ts';
import type { DefinitionRef } from '../domain/service.ts';
import type { Fields, FileReader } from './file-reader.ts';

/** What entries leave out. */
export interface Defaults {
  readonly project: string | undefined;
  readonly branch: string;
  readonly organizations: readonly Organization[];
}

/** A mapping `{ definition, branch, repository, project, organization }`, or a pipeline's address. */
export function readDefinition(
  reader: FileReader,
  where: string,
  { value, defaults }: { readonly value: unknown; readonly defaults: Defaults },
): DefinitionRef | undefined {
  const fields =
    typeof value === 'string'
      ? new Map<string, unknown>([['definition', value]])
      : reader.fields(where, value, ['definition', 'branch', 'repository', 'project', 'organization']);
  const definition = fields.get('definition');
  const place =
    typeof definition === 'string' && looksLikeLink(definition)
      ? readPipelineLink(reader, where, { link: definition, defaults })
      : readPlace(reader, where, { fields, definition, defaults });
  const repositoryId = reader.text(`${where}.repository`, fields.get('repository'));
  const branch = reader.text(`${where}.branch`, fields.get('branch')) ?? place?.branch ?? defaults.branch;
  const branchRef = reader.branch(`${where}.branch`, branch);
  if (!place) return undefined;
  return {
    organization: place.organization,
    project: place.project,
    definitionId: place.definitionId,
    branch: branchRef,
    ...(repositoryId ? { repositoryId } : {}),
  };
}

interface PlaceOfDefinition {
  readonly organization: string;
  readonly project: string;
  readonly definitionId: number;
  readonly branch?: string;
}

function readPipelineLink(
  reader: FileReader,
  where: string,
  { link, defaults }: { readonly link: string; readonly defaults: Defaults },
): PlaceOfDefinition | undefined {
  const parsed = parseLink(link, defaults.organizations);
  if (parsed.kind === 'definition' && typeof parsed.definition === 'number') {
    return { ...parsed, definitionId: parsed.definition };
  }
  const home = defaults.organizations[0]?.url ?? 'https://dev.azure.com/contoso';
  reader.wrong(
    where,
    'is no address of a pipeline in a configured organisation',
    `${home}/Shop/_build?definitionId=183`,
  );
  return undefined;
}

function readPlace(
  reader: FileReader,
  where: string,
  {
    fields,
    definition,
    defaults,
  }: { readonly fields: Fields; readonly definition: unknown; readonly defaults: Defaults },
): PlaceOfDefinition | undefined {
  const project = reader.text(`${where}.project`, fields.get('project')) ?? defaults.project;
  const wanted = reader.text(`${where}.organization`, fields.get('organization'));
  const organization =
    wanted === undefined
      ? defaults.organizations[0]
      : defaults.organizations.find((candidate) => candidate.name === wanted);
  if (wanted !== undefined && !organization)
    reader.wrong(
      `${where}.organization`,
      `"${wanted}" is not among the organisations`,
      `organization: ${defaults.organizations[0]?.name ?? 'contoso'}`,
    );
  if (project === undefined) reader.wrong(where, 'has no project', 'project: Shop');
  const isId = typeof definition === 'number' && Number.isInteger(definition) && definition > 0;
  if (!isId)
    reader.wrong(
      `${where}.definition`,
      definition === undefined ? 'is missing' : 'is neither a number nor an address of a pipeline',
      'definition: 183',
    );
  if (!organization || project === undefined || !isId) return undefined;
  return { organization: organization.name, project, definitionId: definition };
}
