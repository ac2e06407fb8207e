// Reads the services file (pipebot.yaml): organisations, bases, services and the gates' policies. It gets the
// file's text and reports every mistake at once; it must not read the environment or ask Azure DevOps.
import {
  type Base,
  isSameDefinition,
  nearestNames,
  type Service,
  type ServiceCatalog,
} from '../domain/service.ts';
import { ACCESS_FIELDS, readAccess } from './access-entry.ts';
import type { ConfigProblem, Parsed } from './config-problem.ts';
import { type Defaults, readDefinition } from './definition-entry.ts';
import { type Fields, FileReader } from './file-reader.ts';
import {
  type ConfiguredOrganization,
  type OrganizationContext,
  readOrganizations,
} from './organization-entries.ts';
import { readPolicy } from './policy-entry.ts';
import { readYaml } from './yaml-document.ts';

export interface ServicesFile {
  readonly organizations: readonly ConfiguredOrganization[];
  readonly catalog: ServiceCatalog;
}

export interface ServicesFileContext extends OrganizationContext {
  /** Named in problems. */
  readonly path: string;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,59}$/;
const SERVICE_FIELDS = ['aliases', 'base', 'build', 'fallbackBranches', 'gate'];
const DEFAULT_BRANCH = 'main';
const MAX_SERVICES = 2_000;

/** Reads the text of the services file. */
export function parseServicesFile(text: string, context: ServicesFileContext): Parsed<ServicesFile> {
  const document = readYaml(text, context.path);
  if ('problems' in document) return document;
  const problems: ConfigProblem[] = [];
  const reader = new FileReader(context.path, problems);
  const root = reader.fields('', document.value, [
    'organizations',
    'project',
    'branch',
    'bases',
    'services',
    'gate',
  ]);
  const organizations = readOrganizations(reader, root, context);
  const defaults: Defaults = {
    project: reader.text('project', root.get('project')),
    branch: reader.text('branch', root.get('branch')) ?? DEFAULT_BRANCH,
    organizations,
  };
  const bases = readBases(reader, root, defaults);
  const services = readServices(reader, root, { defaults, bases });
  checkNames(reader, services, bases);
  if (problems.length > 0) return { problems };
  return { value: { organizations, catalog: { services, bases } } };
}

function readBases(reader: FileReader, root: Fields, defaults: Defaults): Base[] {
  return reader.map('bases', root.get('bases')).flatMap(([name, value]) => {
    if (!NAME.test(name)) reader.wrong(`bases.${name}`, 'is no name', 'python-base');
    const definition = readDefinition(reader, `bases.${name}`, { value, defaults });
    return definition ? [{ name, definition }] : [];
  });
}

function readServices(
  reader: FileReader,
  root: Fields,
  known: { readonly defaults: Defaults; readonly bases: readonly Base[] },
): Service[] {
  const entries = reader.map('services', root.get('services'));
  if (entries.length === 0)
    reader.wrong('services', 'is empty', 'services: { payments: { base: python-base } }');
  if (entries.length > MAX_SERVICES)
    reader.wrong('services', `has more than ${MAX_SERVICES} entries`, 'several PipeBots');
  const policy = readPolicy(reader, 'gate', { value: root.get('gate'), alsoKnown: ACCESS_FIELDS });
  const access = readAccess(reader, 'gate', { fields: gateFields(root) });
  return entries.slice(0, MAX_SERVICES).map(([name, value]) => {
    const where = `services.${name}`;
    if (!NAME.test(name)) reader.wrong(where, 'is no name', 'payments');
    const fields = reader.fields(where, value, [...SERVICE_FIELDS, ...ACCESS_FIELDS]);
    const build = fields.has('build')
      ? readDefinition(reader, `${where}.build`, { value: fields.get('build'), defaults: known.defaults })
      : undefined;
    const bases = readBaseNames(reader, `${where}.base`, { value: fields.get('base'), bases: known.bases });
    if (build && bases.some((base) => isSameDefinition(base.definition, build))) {
      reader.wrong(where, 'has its own build as a base, so it would wait for itself', 'base: python-base');
    }
    return {
      name,
      aliases: reader.texts(`${where}.aliases`, fields.get('aliases')),
      bases,
      ...(build ? { build } : {}),
      fallbackBranches: reader
        .texts(`${where}.fallbackBranches`, fields.get('fallbackBranches'))
        .map((branch) => reader.branch(`${where}.fallbackBranches`, branch)),
      policy: readPolicy(reader, `${where}.gate`, { value: fields.get('gate'), inherited: policy }),
      access: readAccess(reader, where, { fields, inherited: access }),
    };
  });
}

/** Its mistakes are told when the policy is read. */
function gateFields(root: Fields): Fields {
  const gate = root.get('gate');
  return gate instanceof Map ? gate : new Map();
}

function readBaseNames(
  reader: FileReader,
  where: string,
  { value, bases }: { readonly value: unknown; readonly bases: readonly Base[] },
): Base[] {
  const names = reader.texts(where, value);
  if (names.length === 0) reader.wrong(where, 'is missing', 'base: python-base');
  return names.flatMap((name) => {
    const base = bases.find((candidate) => candidate.name === name);
    if (base) return [base];
    const [near] = nearestNames(
      bases.map((candidate) => candidate.name),
      name,
    );
    reader.wrong(
      where,
      `"${name}" is not among the bases`,
      `base: ${near ?? bases[0]?.name ?? 'python-base'}`,
    );
    return [];
  });
}

function checkNames(reader: FileReader, services: readonly Service[], bases: readonly Base[]): void {
  const owners = new Map<string, string>();
  const claim = (name: string, owner: string) => {
    const taken = owners.get(name.toLowerCase());
    if (taken !== undefined)
      reader.wrong(owner, `"${name}" is already taken by ${taken}`, 'a name or alias of its own');
    else owners.set(name.toLowerCase(), owner);
  };
  for (const service of services)
    for (const name of [service.name, ...service.aliases]) claim(name, `services.${service.name}`);
  for (const base of bases) claim(base.name, `bases.${base.name}`);
}
