// Makes text of Azure DevOps fit to be shown: without control characters and colours, and not too long.

// Colours and cursor movements of terminals (ECMA-48, 5.4).
// biome-ignore lint/suspicious/noControlCharactersInRegex: the escape character is what must be found.
const TERMINAL_CODE = /\u001b\[[\d;?]*[ -/]*[@-~]/g;

/** Everything between words becomes one space. */
export function oneLine(text: string, longest: number): string {
  const line = text
    .replace(TERMINAL_CODE, '')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, ' ')
    .trim();
  return cut(line, longest);
}

/** One line of a log: indentation stays, since it may mean something. */
export function logLine(text: string, longest: number): string {
  const line = text
    .replace(TERMINAL_CODE, '')
    .replace(/\t/g, '  ')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, '')
    .trimEnd();
  return cut(line, longest);
}

function cut(text: string, longest: number): string {
  if (text.length <= longest) return text;
  // Not in the middle of a character of two units.
  return `${text
    .slice(0, longest - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`;
}
