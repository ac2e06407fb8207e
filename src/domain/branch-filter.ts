// The branches of a subscription as people type them: one name or one pattern. Pure; it must not look for builds.
import { shortRef, toBranchRef } from './branch.ts';
import { isGlob } from './glob.ts';
import { isPlainBranch } from './subscription.ts';

const ANY_REF = 'refs/';
/** Suggested whole or not at all. */
const MAX_SUGGESTED = 60;

/** As people write the branch, so that one branch has one spelling; undefined when git would have no such branch. */
export function toBranchGlob(typed: string): string | undefined {
  const short = shortRef(typed);
  // "refs/heads/*" leaves pull requests out, "*" does not.
  const start = short.slice(0, short.search(/[*?]|$/));
  const glob = isPlainBranch(short) || !ANY_REF.startsWith(start) ? short : typed;
  if (!isGlob(glob)) return undefined;
  return isPlainBranch(glob) && toBranchRef(glob) === undefined ? undefined : glob;
}

/** Git allows a comma in a branch, but whoever types one means several, and would never hear of any. */
export function namesSeveralBranches(typed: string): boolean {
  return typed.includes(',');
}

/** The filter with the first usable branch of what was typed; another one when there is none. */
export function suggestedBranch(typed: string, otherwise: string): string {
  const first = typed.split(',', 1)[0]?.trim() ?? '';
  const isUsable = first.length <= MAX_SUGGESTED && toBranchGlob(first) !== undefined;
  return `branch:${isUsable ? first : otherwise}`;
}
