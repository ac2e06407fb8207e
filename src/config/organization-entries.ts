// Reads the organisations: the one of AZURE_DEVOPS_ORG_URL, which comes first, and those of the services file.
import type { Organization } from '../domain/link.ts';
import type { Fields, FileReader } from './file-reader.ts';
import { normalizeOrganizationUrl, organizationName } from './organization-url.ts';

export interface ConfiguredOrganization extends Organization {
  /** The environment variable that holds its token. */
  readonly tokenVariable: string;
}

export interface OrganizationContext {
  readonly defaultOrganizationUrl?: string;
  readonly isLocal: boolean;
}

/** Longer ones are more likely a token that stands in the wrong place, and must not be shown. */
const VARIABLE = /^[A-Za-z_]\w{0,47}$/;

/** Every organisation that is right; the others are reported. Names differ in more than upper and lower case. */
export function readOrganizations(
  reader: FileReader,
  root: Fields,
  context: OrganizationContext,
): ConfiguredOrganization[] {
  const entries = reader.map('organizations', root.get('organizations'));
  const found = [
    ...defaultOrganization(context.defaultOrganizationUrl),
    ...entries.flatMap(([name, value]) => readOrganization(reader, { name, value }, context.isLocal)),
  ];
  if (found.length === 0 && entries.length === 0) {
    reader.wrong(
      'organizations',
      'is missing, and AZURE_DEVOPS_ORG_URL names none',
      'AZURE_DEVOPS_ORG_URL=https://dev.azure.com/contoso',
    );
  }
  const taken = new Set<string>();
  for (const { name } of found) {
    if (taken.has(name.toLowerCase()))
      reader.wrong(
        `organizations.${name}`,
        'has the name of another organisation, be it that of AZURE_DEVOPS_ORG_URL',
        `${name}-2: { url: https://dev.azure.com/fabrikam, tokenVariable: AZURE_DEVOPS_PAT_FABRIKAM }`,
      );
    taken.add(name.toLowerCase());
  }
  return found;
}

function defaultOrganization(url: string | undefined): ConfiguredOrganization[] {
  const name = url === undefined ? undefined : organizationName(url);
  return url === undefined || name === undefined ? [] : [{ name, url, tokenVariable: 'AZURE_DEVOPS_PAT' }];
}

function readOrganization(
  reader: FileReader,
  { name, value }: { readonly name: string; readonly value: unknown },
  isLocal: boolean,
): ConfiguredOrganization[] {
  const where = `organizations.${name}`;
  const fields = reader.fields(where, value, ['url', 'tokenVariable']);
  const url = normalizeOrganizationUrl(reader.text(`${where}.url`, fields.get('url')) ?? '', isLocal);
  const tokenVariable = reader.text(`${where}.tokenVariable`, fields.get('tokenVariable'));
  const example = 'tokenVariable: AZURE_DEVOPS_PAT_FABRIKAM';
  if (!url)
    reader.wrong(
      `${where}.url`,
      'is no https address of an organisation or collection',
      'url: https://dev.azure.com/fabrikam',
    );
  if (tokenVariable === undefined) reader.wrong(`${where}.tokenVariable`, 'is missing', example);
  else if (!VARIABLE.test(tokenVariable))
    reader.wrong(`${where}.tokenVariable`, 'is no name of an environment variable', example);
  else if (url) return [{ name, url, tokenVariable }];
  return [];
}
