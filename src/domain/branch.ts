// Branch names as people type them and as Azure DevOps stores them. No lookup, no network.

const HEADS = 'refs/heads/';
/** The longest ref that is worth asking Azure DevOps about; git itself stops near 4 KB. */
const MAX_BRANCH_LENGTH = 250;
// What git forbids in a ref (git-check-ref-format): control characters, space, ~ ^ : ? * [ \ and "..".
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must be found.
const FORBIDDEN = /[\u0000-\u0020\u007f~^:?*[\\]|\.\.|@\{|\/\/|\/$|\.$/u;

/**
 * `develop` → `refs/heads/develop`; anything that begins with `refs/` stays as it is.
 * Gives undefined for what git would not accept as a ref.
 */
export function toBranchRef(text: string): string | undefined {
  const branch = text.trim();
  if (branch === '' || branch.length > MAX_BRANCH_LENGTH || FORBIDDEN.test(branch)) return undefined;
  if (branch.startsWith('refs/')) return branch;
  if (branch.startsWith('/') || branch.startsWith('-')) return undefined;
  return `${HEADS}${branch}`;
}

/** As people write it: `refs/heads/develop` → `develop`; what is no branch, as `refs/pull/7/merge`, stays whole. */
export function shortRef(ref: string): string {
  return ref.startsWith(HEADS) ? ref.slice(HEADS.length) : ref;
}

/** How a branch is shown to people: `refs/heads/develop` → `develop`, `refs/pull/7/merge` → `PR 7`. */
export function branchName(ref: string): string {
  const pull = /^refs\/pull\/(\d+)\/merge$/.exec(ref);
  if (pull) return `PR ${pull[1]}`;
  return shortRef(ref);
}
