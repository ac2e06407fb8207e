// Takes the value of a variable that holds several entries apart. It must not judge them.

/** What is separated by semicolons, without blanks around it; what is empty is no entry. */
export function splitEntries(text: string): string[] {
  return text
    .split(';')
    .map((entry) => entry.trim())
    .filter((entry) => entry !== '');
}
