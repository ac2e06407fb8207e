// Reads the keys that tokens are encrypted with out of PIPEBOT_SECRET_KEY. A mistake is told by the key's place alone.
import { ENCRYPTION_KEY, Secret } from '../secret.ts';

/** One key, or while it is being replaced several, separated by semicolons; `refuse` gets each mistake. */
export function readSecretKeys(text: string, refuse: (what: string) => void): Secret[] {
  const entries = text
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
  for (const [index, entry] of entries.entries()) {
    const which = entries.length === 1 ? 'is' : `has a key (number ${index + 1}) that is`;
    if (!ENCRYPTION_KEY.test(entry)) refuse(`${which} not 32 bytes in base64`);
  }
  if (new Set(entries).size < entries.length) refuse('has the same key twice');
  return entries.map((entry) => new Secret(entry));
}
