// Globs as people write them for branches and stages: `*` and `?`, nothing else. Matched without expressions,
// since anybody can type anything: the time grows with the product of the two lengths and never faster.

/** The longest glob that is accepted. */
export const MAX_GLOB_LENGTH = 200;
const FORBIDDEN = /[\s\p{Cc}~^:\\[\]{}!]|\.\.|\/\//u;

/** Whether a text can be used as a glob: no brackets, blanks or what git forbids in a branch, nor empty. */
export function isGlob(text: string): boolean {
  return text !== '' && text.length <= MAX_GLOB_LENGTH && !FORBIDDEN.test(text);
}

/** Whether the whole text matches: `*` any number of characters, slashes included, `?` exactly one. */
export function globMatches(glob: string, text: string): boolean {
  let [at, position] = [0, 0];
  // Where to go back to: the last star, and how much of the text it has swallowed.
  let [starAt, swallowed] = [-1, 0];
  while (position < text.length) {
    if (glob[at] === '*') {
      starAt = at++;
      swallowed = position;
    } else if (glob[at] === '?') {
      at++;
      position += widthAt(text, position);
    } else if (glob[at] === text[position]) {
      at++;
      position++;
    } else if (starAt >= 0) {
      at = starAt + 1;
      swallowed += widthAt(text, swallowed);
      position = swallowed;
    } else {
      return false;
    }
  }
  while (glob[at] === '*') at++;
  return at === glob.length;
}

/** A rocket in the name of a stage takes two places and is one character. */
function widthAt(text: string, position: number): number {
  return (text.codePointAt(position) ?? 0) > 0xffff ? 2 : 1;
}
