// The rules of the house, as a function from source texts to sentences about what breaks them.
import { builtinModules } from 'node:module';
import { posix } from 'node:path';

export interface SourceFile {
  /** Relative to the repository: `src/domain/gate.ts`. */
  readonly path: string;
  readonly text: string;
}

/** Each outside package belongs to one folder. */
const PACKAGE_HOMES: Readonly<Record<string, string>> = {
  botbuilder: 'teams',
  'botbuilder-core': 'teams',
  'botframework-connector': 'teams',
  'botframework-schema': 'teams',
  'azure-devops-node-api': 'azure-devops',
  'typed-rest-client': 'azure-devops',
  'adaptivecards-templating': 'cards',
  'adaptive-expressions': 'cards',
  restify: 'http',
  'pg-boss': 'jobs',
  pg: 'store',
  '@electric-sql/pglite': 'store',
  yaml: 'config',
  pino: 'logger.ts',
};

const GROUND = ['errors.ts', 'clock.ts', 'secret.ts', 'crash-points.ts'];

/** What each room may import besides itself; what is not named may not. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  domain: [],
  'errors.ts': [],
  'clock.ts': [],
  'secret.ts': [],
  'crash-points.ts': [],
  'logger.ts': [],
  text: ['domain', 'errors.ts'],
  usecases: ['domain', 'errors.ts', 'clock.ts', 'secret.ts', 'crash-points.ts'],
  config: ['domain', ...GROUND],
  cards: ['domain', 'text', 'errors.ts'],
  chat: ['domain', 'usecases', ...GROUND],
  'azure-devops': ['domain', 'usecases', ...GROUND],
  teams: ['domain', 'usecases', ...GROUND],
  http: ['domain', 'usecases', 'text', ...GROUND],
  store: ['domain', 'usecases', ...GROUND],
  jobs: ['domain', 'usecases', 'store', ...GROUND],
};

/** Rooms that see everything: the wiring, and the entrances, which are started by a person or a service manager. */
const WIRING = ['app.ts', 'app-contract.ts', 'index.ts', 'cli'];
const ENTRANCES = ['index.ts', 'cli'];
/** Rooms that must not touch the outside, not even through Node. */
const PURE = ['domain', 'text', 'usecases', 'chat', 'errors.ts', 'secret.ts', 'clock.ts', 'crash-points.ts'];

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^;'"]*?from\s*['"]([^'"]+)['"]|(?:^|\n)\s*import\s*['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]/g;

/** The modules that a file imports, types included. */
export function importsOf(text: string): string[] {
  return [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
}

function roomOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** One sentence for every broken rule; empty when the house is in order. */
export function violations(files: readonly SourceFile[]): string[] {
  return files.flatMap((file) => [...checkImports(file), ...checkWords(file)]);
}

function checkImports(file: SourceFile): string[] {
  const room = roomOf(file.path);
  return importsOf(file.text).flatMap((specifier) => {
    if (specifier.startsWith('.')) return checkRoom(file, room, specifier);
    if (specifier.startsWith('node:') || builtinModules.includes(specifier))
      return checkBuiltin(file, room, specifier);
    const name = specifier
      .split('/')
      .slice(0, specifier.startsWith('@') ? 2 : 1)
      .join('/');
    const home = PACKAGE_HOMES[name];
    if (PURE.includes(room)) return [`${file.path} imports ${name}, but ${room} imports no package`];
    if (home === undefined)
      return [`${file.path} imports ${name}, which has no home yet: name one in the architecture rules`];
    return home === room ? [] : [`${file.path} imports ${name}, which only ${home} may import`];
  });
}

function checkBuiltin(file: SourceFile, room: string, specifier: string): string[] {
  return PURE.includes(room)
    ? [`${file.path} imports ${specifier}, but ${room} has no input or output of its own`]
    : [];
}

function checkRoom(file: SourceFile, room: string, specifier: string): string[] {
  const target = posix.join(posix.dirname(file.path), specifier);
  const targetRoom = roomOf(target);
  // Its version is what PipeBot calls itself on the wire.
  if (target === 'package.json') return [];
  if (!target.startsWith('src/')) return [`${file.path} imports ${target}, which is outside of src`];
  if (!specifier.endsWith('.ts') && !specifier.endsWith('.json'))
    return [`${file.path} imports ${specifier} without its ending`];
  if (room === targetRoom || WIRING.includes(room)) return [];
  if (room === 'jobs' && targetRoom === 'store') {
    return target === 'src/store/database.ts'
      ? []
      : [`${file.path} imports ${target}; of the store, jobs may know database.ts only`];
  }
  const allowed = MAY_IMPORT[room];
  if (!allowed) return [`${file.path} is in a room that the architecture rules do not know`];
  return allowed.includes(targetRoom)
    ? []
    : [`${file.path} imports ${target}, but ${room} must not know ${targetRoom}`];
}

function checkWords(file: SourceFile): string[] {
  const room = roomOf(file.path);
  const code = file.text.replace(/\/\*[\s\S]*?\*\/|\/\/[^\n]*/g, '');
  const forbid = (pattern: RegExp, allowed: readonly string[], sentence: string) =>
    pattern.test(code) && !allowed.includes(room) ? [`${file.path} ${sentence}`] : [];
  return [
    ...forbid(/\bprocess\.env\b/, ENTRANCES, 'reads the environment; only entrances hand it to config'),
    ...forbid(/\bDate\.now\(\)|\bnew Date\(\)/, ['clock.ts'], 'asks for the time; take a Clock'),
    ...forbid(/\bprocess\.exit\b/, ENTRANCES, 'ends the process; only entrances may'),
    ...forbid(/\bexport default\b/, [], 'has a default export'),
    ...forbid(/\benum\s+\w+\s*\{/, [], 'declares an enum; use a union of texts'),
    ...(file.text.startsWith('//') ? [] : [`${file.path} does not begin by saying what it is for`]),
  ];
}
