// Reads the gate's keys out of PIPEBOT_GATE_KEYS. A mistake is told by the entry's place alone: whatever stands
// in a badly written entry, its name included, may be part of a key.
import { nearestNames } from '../domain/service.ts';
import { Secret } from '../secret.ts';
import { splitEntries } from './split-entries.ts';

export interface ConfiguredGateKey {
  readonly name: string;
  readonly key: Secret;
  readonly services?: readonly string[];
}

const MIN_KEY_LENGTH = 24;

/** `name:key` or `name:key:service,service`, separated by semicolons; `refuse` gets each mistake. */
export function readGateKeys(text: string, refuse: (what: string) => void): ConfiguredGateKey[] {
  const entries = splitEntries(text);
  const keys = entries.flatMap((entry, index) => readGateKey(entry, index + 1, refuse) ?? []);
  const distinct = (values: readonly string[]) => new Set(values).size === values.length;
  if (!distinct(keys.map(({ name }) => name))) refuse('two keys have the same name');
  if (!distinct(keys.map(({ key }) => key.reveal()))) refuse('two names have the same key');
  return keys;
}

function readGateKey(
  entry: string,
  place: number,
  refuse: (what: string) => void,
): ConfiguredGateKey | undefined {
  const [name = '', key = '', services, ...surplus] = entry.split(':').map((part) => part.trim());
  const named = services?.split(',').map((service) => service.trim());
  if (key === '' || !/^[\w.-]{1,60}$/.test(name) || surplus.length > 0) {
    refuse(`entry ${place} is not name:key or name:key:services (a key contains no colon)`);
  } else if (key.length < MIN_KEY_LENGTH) {
    refuse(`the key of entry ${place} has fewer than ${MIN_KEY_LENGTH} characters (it contains no colon)`);
  } else if (named?.includes('')) {
    // An empty list must not mean all services.
    refuse(`the services of entry ${place} are not complete`);
  } else {
    return { name, key: new Secret(key), ...(named ? { services: named } : {}) };
  }
  return undefined;
}

/** What is wrong with the services that the keys name, and what would be right. */
export function checkKeyScopes(
  keys: readonly ConfiguredGateKey[],
  names: readonly string[],
): { readonly wrong: string; readonly example: string }[] {
  return keys.flatMap((key, index) =>
    (key.services ?? [])
      .filter((service) => !names.includes(service))
      .map((service) => {
        const [near] = nearestNames(names, service);
        // Only what resembles a service is shown: the rest of a key that contains a colon would stand here too.
        const wrong =
          near === undefined
            ? 'names an unknown service (or its key contains a colon, which none may)'
            : `names the unknown service "${service}"`;
        return {
          wrong: `entry ${index + 1} ${wrong}`,
          example: `name:<key>:${near ?? names[0] ?? 'payments'}`,
        };
      }),
  );
}
