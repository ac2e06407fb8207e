// Reads the words after `pipebot keys`, strictly: what is misspelled is refused with what was probably meant.
import { findNamed, nearestNames, type ServiceCatalog } from '../domain/service.ts';
import type { StoredGateKey } from '../usecases/ports.ts';
import { readWords, unknownText } from './read-words.ts';

export type KeysArguments =
  | {
      readonly action: 'create';
      readonly name: string;
      /** As they were typed; undefined means all. */
      readonly services?: readonly string[];
    }
  | { readonly action: 'list' }
  | { readonly action: 'revoke'; readonly nameOrId: string };

type Problem = { readonly problem: string };

const ACTIONS = ['create', 'list', 'revoke'];
/** As the names in PIPEBOT_GATE_KEYS. */
const NAME = /^[\w.-]{1,60}$/;

/** `problem` is a sentence. */
export function readKeysArguments(words: readonly string[]): KeysArguments | Problem {
  const read = readWords(words, { services: 'text' });
  if ('problem' in read) return read;
  const [action, name, ...surplus] = read.positionals;
  if (action === undefined) return { problem: 'Say create, list or revoke.' };
  if (!ACTIONS.includes(action)) return { problem: unknownText('word', action, ACTIONS) };
  const tooMany = action === 'list' ? name : surplus[0];
  if (tooMany !== undefined) return { problem: `There is a word too many: ${tooMany.slice(0, 60)}` };
  const services = read.texts('services').flatMap((text) => text.split(',').map((part) => part.trim()));
  if (action !== 'create' && services.length > 0)
    return { problem: 'The option --services belongs to create.' };
  if (action === 'list') return { action };
  if (name === undefined) return { problem: `Say the key's name. Example: pipebot keys ${action} shop` };
  if (action === 'revoke') return { action, nameOrId: name };
  if (!NAME.test(name))
    return {
      problem: `A key's name has up to 60 letters, digits, dots and dashes. Example: pipebot keys create shop`,
    };
  // An empty list must not mean all services.
  if (services.includes(''))
    return { problem: 'The services are not complete. Example: --services payments,search' };
  return { action: 'create', name, ...(services.length === 0 ? {} : { services }) };
}

/** The services that were meant, by their own names and each once; undefined stays all. */
export function chooseServices(
  catalog: Pick<ServiceCatalog, 'services'>,
  wanted: readonly string[] | undefined,
): { readonly services?: readonly string[] } | Problem {
  if (wanted === undefined) return {};
  const chosen = new Set<string>();
  for (const typed of wanted) {
    const named = findNamed({ ...catalog, bases: [] }, typed);
    if (named?.kind !== 'service')
      return {
        problem: unknownText(
          'service',
          typed,
          catalog.services.flatMap(({ name, aliases }) => [name, ...aliases]),
        ),
      };
    chosen.add(named.service.name);
  }
  return { services: [...chosen] };
}

/** The one key that is called so or has this id, if a command may revoke it. */
export function chooseKey(keys: readonly StoredGateKey[], nameOrId: string): StoredGateKey | Problem {
  const meant = keys.filter(({ id, name }) => id === nameOrId || name === nameOrId);
  const [key, ...others] = meant;
  if (!key) {
    const [near] = nearestNames(
      keys.map(({ name }) => name),
      nameOrId,
    );
    const advice = near === undefined ? 'To see all: pipebot keys list' : `Did you mean ${near}?`;
    return { problem: `There is no key ${nameOrId.slice(0, 60)} here. ${advice}` };
  }
  if (others.length > 0)
    return {
      problem: `${meant.length} keys are called ${key.name}. Say which by its id: ${meant.map(({ id }) => id).join(', ')}`,
    };
  if (key.isConfigured)
    return {
      problem: `The key ${key.name} comes from the configuration. Take it out of PIPEBOT_GATE_KEYS and start PipeBot again.`,
    };
  return key;
}
