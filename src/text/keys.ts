// What `pipebot keys` says. It must not see a key itself.
import { listText, plainText } from './plain.ts';
import { agoText } from './time.ts';

export const KEYS_USAGE = [
  'pipebot keys create <name> [--services payments,search]',
  'pipebot keys list',
  'pipebot keys revoke <name or id>',
  '',
  '--services  the services that the key may ask; without it all of them',
  '',
  'create prints the key on standard output, once: only its SHA-256 is stored. Several keys may have one name',
  'while one takes the place of the other.',
];

export interface KeyText {
  readonly id: string;
  readonly name: string;
  readonly services?: readonly string[];
  readonly isConfigured: boolean;
  readonly createdAt?: number;
  readonly lastUsedAt?: number;
}

const COLUMNS = ['name', 'services', 'from', 'created', 'last used', 'id'];

/** A table with a heading, one line for each key; a sentence when there is none. `now` in ms since the epoch. */
export function keyLines(keys: readonly KeyText[], now: number): string[] {
  if (keys.length === 0) return ['There are no keys. To make one: pipebot keys create <name>'];
  const rows = [COLUMNS, ...keys.map((key) => cellsOf(key, now))];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function cellsOf(key: KeyText, now: number): string[] {
  return [
    plainText(key.name),
    key.services === undefined
      ? 'all'
      : key.services.map((service) => plainText(service)).join(',') || 'none',
    key.isConfigured ? 'configuration' : 'keys create',
    key.createdAt === undefined ? '-' : momentText(key.createdAt),
    usedText(key, now),
    plainText(key.id),
  ];
}

/** What became of a new key; `others` are those of the same name. */
export function createdLines(
  { name, services }: Pick<KeyText, 'name' | 'services'>,
  others: readonly Pick<KeyText, 'id'>[],
  kind: 'embedded' | 'server',
): string[] {
  const what = services === undefined ? 'all services' : listText(services);
  const counts =
    kind === 'server' ? 'a running PipeBot takes it within 10 s' : 'PipeBot takes it when it is started';
  const ids = others.map(({ id }) => plainText(id));
  return [
    `Made the key ${plainText(name)} for ${what}. It is shown this once; ${counts}.`,
    ...(ids.length === 0
      ? []
      : [`Once nobody uses the older one any more, revoke it by its id: ${ids.join(', ')}`]),
  ];
}

/** What became of a key that was revoked. */
export function revokedLine(key: KeyText, kind: 'embedded' | 'server', now: number): string {
  const refused =
    kind === 'server'
      ? 'A running PipeBot refuses it within 10 s'
      : 'PipeBot refuses it from its next start on';
  const used = usedText(key, now);
  const last = used === 'never' ? 'it was never used' : `it was last used ${used}`;
  return `Revoked the key ${plainText(key.name)} (${plainText(key.id)}). ${refused}; ${last}.`;
}

/** Why the embedded database cannot be opened beside the server, and what can be done instead. */
export function databaseBusyLine(dataDir: string): string {
  return `PipeBot is running on the embedded database in ${plainText(dataDir)}, which only one program can use at a time. Stop PipeBot and try again, or put the key into PIPEBOT_GATE_KEYS. With DATABASE_URL this works while PipeBot runs.`;
}

function usedText({ lastUsedAt }: Pick<KeyText, 'lastUsedAt'>, now: number): string {
  return lastUsedAt === undefined ? 'never' : agoText(lastUsedAt, now);
}

/** `2026-11-22 06:00 UTC` */
function momentText(at: number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}
