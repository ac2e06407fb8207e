// Makes GUIDs that are the same in every run, so that a failing test can be read twice.
// Must not be used for secrets: whoever knows the seed knows the GUID.
import { createHash } from 'node:crypto';

export function deterministicGuid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
