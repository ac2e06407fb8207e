// Prints the story as a person would read it, and a live line while something runs: redrawn in place on a
// terminal, now and then a plain line elsewhere.
import type { Clock } from '../../src/clock.ts';

const WIDTH = 76;
const FRAMES = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'];
const COLUMN_GAP = 2;
const REDRAW_MS = 100;
const PLAIN_LINE_EVERY_MS = 2_000;

export interface Teller {
  chapter(title: string): void;
  /** What somebody says, or a line of a pipeline's log. */
  speech(who: string, text: string): void;
  /** A card or message, already laid out in lines. */
  box(who: string, text: string): void;
  note(text: string): void;
  /** Texts beside each other, each below its title. */
  columns(texts: readonly { readonly title: string; readonly text: string }[]): void;
  /** Shows `describe()` until `work` has ended; real time. */
  during<Value>(describe: () => string, work: Promise<Value>): Promise<Value>;
}

export function createTeller(clock: Clock, out: NodeJS.WriteStream = process.stdout): Teller {
  const print = (line = '') => out.write(`${line}\n`);
  const time = () => new Date(clock.now()).toISOString().slice(11, 16);
  return {
    chapter(title) {
      print();
      print(`── ${time()}  ${title} ${'─'.repeat(Math.max(3, WIDTH - title.length - 11))}`);
    },
    speech(who, text) {
      for (const [index, line] of wrapped(text, WIDTH - 12).entries())
        print(`  ${(index === 0 ? who : '').padEnd(9)} ${line}`);
    },
    box(who, text) {
      const lines = text.split('\n');
      print(`  ${who.padEnd(9)} ┌${'─'.repeat(WIDTH - 12)}`);
      for (const line of lines) print(`  ${' '.repeat(9)} │ ${line}`);
      print(`  ${' '.repeat(9)} └${'─'.repeat(WIDTH - 12)}`);
    },
    note: (text) => print(`  ${text}`),
    columns(texts) {
      const width = Math.floor((WIDTH - 2) / texts.length) - COLUMN_GAP;
      const columns = texts.map(({ title, text }) => [title, '─'.repeat(width), ...wrapped(text, width)]);
      const height = Math.max(...columns.map(({ length }) => length));
      print();
      for (let row = 0; row < height; row++) {
        const cells = columns.map((column) => (column[row] ?? '').padEnd(width + COLUMN_GAP));
        print(`  ${cells.join('').trimEnd()}`);
      }
    },
    async during(describe, work) {
      const startedAt = performance.now();
      let plainAt = startedAt;
      const timer = setInterval(() => {
        const now = performance.now();
        const line = `${time()}  ${describe()}`;
        if (out.isTTY) {
          const frame = FRAMES[Math.floor((now - startedAt) / REDRAW_MS) % FRAMES.length];
          out.write(`\r\u001b[K  ${frame} ${line.slice(0, (out.columns || 80) - 5)}`);
        } else if (now - plainAt >= PLAIN_LINE_EVERY_MS) {
          plainAt = now;
          print(`  ${'…'.padEnd(9)} ${line}`);
        }
      }, REDRAW_MS);
      try {
        return await work;
      } finally {
        clearInterval(timer);
        if (out.isTTY) out.write('\r\u001b[K');
      }
    },
  };
}

/** Broken between words; a word that is longer than a line sticks out. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
