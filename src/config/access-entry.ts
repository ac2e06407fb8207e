// Reads who may see a service (`visibleTo`) and who may hold and release its gates (`operators`). It must not judge
// whether somebody may: domain/permission.ts does.
import { OPEN_ACCESS, type ServiceAccess } from '../domain/service.ts';
import type { Fields, FileReader } from './file-reader.ts';

/** Names in the file, and an example of each. */
const LISTS = {
  visibleTo: 'visibleTo: ["19:8f2a…@thread.tacv2"]',
  operators: 'operators: [7d1c9a52-0000-4000-8000-3b6f0e2a9c11]',
} as const satisfies Record<keyof ServiceAccess, string>;

export const ACCESS_FIELDS = Object.keys(LISTS);

const GUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;
/** A team (the id of its General channel) or a group chat, as Teams names them. */
const TEAMS_ID = /^19:[\w.-]{1,200}@thread\.(tacv2|v2|skype)$/;
const MAX_IDS = 200;

/** The lists of an entry; one that it leaves out comes from `inherited`, an empty one replaces that. */
export function readAccess(
  reader: FileReader,
  where: string,
  { fields, inherited = OPEN_ACCESS }: { readonly fields: Fields; readonly inherited?: ServiceAccess },
): ServiceAccess {
  const { visibleTo, operators } = inherited;
  return {
    visibleTo: fields.has('visibleTo') ? readIds(reader, where, { fields, name: 'visibleTo' }) : visibleTo,
    operators: fields.has('operators') ? readIds(reader, where, { fields, name: 'operators' }) : operators,
  };
}

function readIds(
  reader: FileReader,
  where: string,
  { fields, name }: { readonly fields: Fields; readonly name: keyof ServiceAccess },
): string[] {
  const at = `${where}.${name}`;
  const value = fields.get(name);
  // `visibleTo:` with nothing behind it must not open what was to be closed.
  if (value === null || value === undefined) {
    reader.wrong(at, 'is empty; to have no entries, write []', `${name}: []`);
    return [];
  }
  const ids = reader.texts(at, value);
  if (ids.length > MAX_IDS) reader.wrong(at, `has more than ${MAX_IDS} entries`, 'the id of a team');
  return ids.slice(0, MAX_IDS).map((id) => {
    if (GUID.test(id)) return id.toLowerCase();
    if (!TEAMS_ID.test(id))
      reader.wrong(
        at,
        `"${id.slice(0, 60)}" is neither an object id of Entra nor the id of a team`,
        LISTS[name],
      );
    return id;
  });
}
