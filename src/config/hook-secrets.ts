// Reads the secrets of service hooks out of PIPEBOT_HOOK_SECRET. A mistake is told by the secret's place alone.
import { Secret } from '../secret.ts';
import { splitEntries } from './split-entries.ts';

const MIN_SECRET_LENGTH = 16;
const MOST_SECRETS = 2;

/** One secret, or while it is being replaced two, separated by a semicolon; `refuse` gets each mistake. */
export function readHookSecrets(text: string, refuse: (what: string) => void): Secret[] {
  const entries = splitEntries(text);
  if (entries.length > MOST_SECRETS)
    refuse(`has more than ${MOST_SECRETS} secrets (a secret contains no semicolon)`);
  for (const [index, entry] of entries.entries()) {
    const which = entries.length === 1 ? 'has' : `has a secret (number ${index + 1}) of`;
    if (entry.length < MIN_SECRET_LENGTH) refuse(`${which} fewer than ${MIN_SECRET_LENGTH} characters`);
  }
  return entries.map((entry) => new Secret(entry));
}
