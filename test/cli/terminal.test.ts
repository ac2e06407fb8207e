import { describe, expect, it } from 'vitest';
import { lineRewriter } from '../../src/cli/terminal.ts';

function rewriting(columns: number, environment: Record<string, string> = {}) {
  const written: string[] = [];
  const write = (text: string | Uint8Array) => written.push(String(text)) > 0;
  return { written, rewrite: lineRewriter({ isTTY: true, columns, write }, environment) };
}

describe('a line that is rewritten in place', () => {
  it('goes to the beginning, clears what stood there, and ends without a new line', () => {
    const { written, rewrite } = rewriting(80);
    rewrite?.('Waiting');
    rewrite?.('');
    expect(written).toEqual(['\r\u001b[2KWaiting', '\r\u001b[2K']);
  });

  it.each<[string, string]>([
    ['123456789', '123456789'],
    ['1234567890', '12345678…'],
    ['漢字漢字漢字', '漢字漢…'],
    ['😀😀😀😀😀', '😀😀😀…'],
  ])('%s fits into ten columns, one of them free', (line, shown) => {
    const { written, rewrite } = rewriting(10);
    rewrite?.(line);
    expect(written).toEqual([`\r\u001b[2K${shown}`]);
  });

  it('only on a terminal that can', () => {
    expect(rewriting(80, { TERM: 'dumb' }).rewrite).toBeUndefined();
    expect(lineRewriter({ isTTY: false, columns: 80, write: () => true }, {})).toBeUndefined();
  });
});
