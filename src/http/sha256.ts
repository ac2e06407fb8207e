// The one hash of this folder. Keys and secrets are long and random, so a slow one would add nothing.
import { createHash } from 'node:crypto';

export function sha256(text: string): Buffer {
  return createHash('sha256').update(text, 'utf8').digest();
}
