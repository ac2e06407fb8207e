// No text of a build number, a branch or a person does anything in a run's console.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { harmlessLine, LONGEST_LINE, toConsoleLines, toLogText } from '../../src/azure-devops/plan-text.ts';

test.each([
  ['##vso[task.complete result=Failed;]', '# #vso[task.complete result=Failed;]'],
  ['##VSO[x]', '# #VSO[x]'],
  ['run ##vso[x] ##vso[y]', 'run # #vso[x] # #vso[y]'],
  ['##[error]red', '# #[error]red'],
  ['###vso[x]', '## #vso[x]'],
  ['#\u0000#vso[x]', '# #vso[x]'],
  ['##v\u200bso[x]', '# #vso[x]'],
  ['##\u001b[31mvso[x]', '# #vso[x]'],
  ['issue ##12 [x]', 'issue ##12 [x]'],
  ['a\u0007b\u202ec', 'abc'],
  ['\ud800lone', '\ufffdlone'],
])('%j is written as %j', (given, written) => {
  expect(harmlessLine(given)).toBe(written);
});

test('the last place of a long line cannot complete a command', () => {
  const line = harmlessLine(`${'x'.repeat(LONGEST_LINE - 7)}##vso[task.complete]`);
  expect(line.length).toBeLessThanOrEqual(LONGEST_LINE);
  expect(line).not.toMatch(/##vso/);
  expect(harmlessLine(`${'\u0000'.repeat(20)}${'y'.repeat(100_000)}`)).toBe(
    `${'y'.repeat(LONGEST_LINE - 1)}…`,
  );
});

test('whatever is said, each line is short, printable and obeyed by nobody', () => {
  const piece = fc.constantFrom(
    '##',
    '#',
    'vso[',
    '[',
    '\n',
    '\r',
    '\u0000',
    '\u001b[',
    '\u200b',
    'x',
    '😀',
    ' ',
  );
  const text = fc.array(piece, { maxLength: 60 }).map((pieces) => pieces.join(''));
  fc.assert(
    fc.property(fc.array(text, { maxLength: 130 }), (texts) => {
      const lines = toConsoleLines(texts);
      expect(lines.length).toBeLessThanOrEqual(100);
      for (const line of [...lines, ...toLogText(texts, 0).split('\n')]) {
        expect(line).not.toMatch(/##(?:vso)?\[/i);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }
    }),
  );
});

test('a log is bounded in lines', () => {
  const text = toLogText(Array(3_000).fill('a'), 0);
  expect(text.split('\n')).toHaveLength(1_001);
  expect(text).toContain('1970-01-01T00:00:00.000Z … 2001 more lines\n');
});
