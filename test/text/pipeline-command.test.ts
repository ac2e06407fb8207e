import { describe, expect, it } from 'vitest';
import { inertJson, inertText, issueCommand, progressCommand } from '../../src/text/pipeline-command.ts';

describe('text from outside', () => {
  it.each([
    '##vso[task.complete]',
    '###vso[task.complete]',
    'a ##VSO[x]',
    '#\u200b#vso[x]',
    '#\r#vso[x]',
    '#\u0007#[error]x',
    '####[group]',
  ])('%j is no command in a line, nor in JSON', (text) => {
    for (const line of [inertText(text), inertJson({ text })]) {
      expect(line).not.toContain('##');
      expect(line).not.toMatch(/[\p{Cc}\p{Cf}]/u);
    }
    expect(JSON.parse(inertJson({ text }))).toEqual({ text });
  });

  it('keeps what is harmless', () => {
    expect(inertText('C# and #7, 100% [done]; ünïcode')).toBe('C# and #7, 100% [done]; ünïcode');
  });

  it('JSON keeps characters beyond 16 bits', () => {
    expect(JSON.parse(inertJson('\u{e0001}\u{1f600}\u009b'))).toBe('\u{e0001}\u{1f600}\u009b');
    expect(inertJson('\u{e0001}\u009b')).toBe('"\\udb40\\udc01\\u009b"');
  });
});

it('commands of our own carry a text as the agent reads it', () => {
  expect(issueCommand('error', '50% ##vso[x]\nof]')).toBe(
    '##vso[task.logissue type=error]50%AZP25 # #vso[x] of]',
  );
  expect(progressCommand(39.6, '')).toBe('##vso[task.setprogress value=40;]');
});
