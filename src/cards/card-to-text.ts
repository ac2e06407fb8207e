// A message as a terminal shows it: the same card, laid out in columns of characters. It reads the finished
// card and nothing else, so that the terminal can never say something other than Teams.
import type { RenderedMessage } from './rendered-message.ts';

export interface TextLayout {
  /** Characters to a line. */
  readonly width?: number;
  /** IANA name; the machine's own zone unless given. */
  readonly timeZone?: string;
}

type Json = Readonly<Record<string, unknown>>;
type Layout = Required<Pick<TextLayout, 'width'>> & Pick<TextLayout, 'timeZone'>;

const DEFAULT_WIDTH = 80;
const MIN_COLUMN_WIDTH = 10;

/** The message in plain lines without trailing blanks, links written out after their titles. */
export function cardToText(message: RenderedMessage, layout: TextLayout = {}): string {
  const full: Layout = { ...layout, width: layout.width ?? DEFAULT_WIDTH };
  if (message.kind === 'text') {
    const lines = readable(message.text, full).split('\n');
    return lines.flatMap((line) => wrap(line, full.width)).join('\n');
  }
  const body = listOf(message.card['body']).flatMap((element, index) => withGap(element, index, full));
  const actions = listOf(message.card['actions']).map((action) => actionLine(action, full));
  const lines = actions.length === 0 ? body : [...body, '', ...actions];
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** An element after what stands above it: an empty line where the card has a rule or a wide gap. */
function withGap(element: Json, index: number, layout: Layout): string[] {
  const isApart =
    element['separator'] === true || element['spacing'] === 'Medium' || element['spacing'] === 'Large';
  const lines = linesOf(element, layout);
  return index > 0 && isApart && lines.length > 0 ? ['', ...lines] : lines;
}

function linesOf(element: Json, layout: Layout): string[] {
  switch (element['type']) {
    case 'TextBlock':
      return wrap(readable(element['text'], layout), layout.width);
    case 'FactSet':
      return factLines(listOf(element['facts']), layout);
    case 'ColumnSet':
      return columnLines(listOf(element['columns']), layout);
    case 'ActionSet':
      return listOf(element['actions']).map((action) => `[${readable(action['title'], layout)}]`);
    case 'Input.ChoiceSet':
    case 'Input.Text':
      return [`${readable(element['label'], layout)}: [${stringOf(element['id'])}]`];
    default:
      return listOf(element['items']).flatMap((item, index) => withGap(item, index, layout));
  }
}

/** A button below the card: its title with the address, or with the words that it says for whoever clicks. */
function actionLine(action: Json, layout: Layout): string {
  const data = action['data'];
  const said = typeof data === 'object' && data !== null ? stringOf(Reflect.get(data, 'pipebot')) : '';
  return `${readable(action['title'], layout)}: ${stringOf(action['url']) || said}`;
}

function factLines(facts: readonly Json[], layout: Layout): string[] {
  const rows = facts.map(
    (fact) => [readable(fact['title'], layout), readable(fact['value'], layout)] as const,
  );
  const titleWidth = Math.max(0, ...rows.map(([title]) => lengthOf(title))) + 2;
  return rows.flatMap(([title, value]) =>
    wrap(value, layout.width - titleWidth - 2).map(
      (line, index) => `  ${pad(index === 0 ? title : '', titleWidth)}${line}`,
    ),
  );
}

/** Columns side by side: those that stretch share what the others leave over. */
function columnLines(columns: readonly Json[], layout: Layout): string[] {
  const gap = 2;
  const natural = columns.map((column) =>
    column['width'] === 'stretch' ? 0 : Math.max(0, ...itemLines(column, layout).map(lengthOf)),
  );
  const stretching = natural.filter((width) => width === 0).length;
  const taken = natural.reduce((sum, width) => sum + width, gap * (columns.length - 1));
  const share = Math.max(MIN_COLUMN_WIDTH, Math.floor((layout.width - taken) / Math.max(1, stretching)));
  const widths = natural.map((width) => (width === 0 ? share : width));
  const cells = columns.map((column, index) =>
    itemLines(column, { ...layout, width: widths[index] ?? share }),
  );
  const height = Math.max(0, ...cells.map((cell) => cell.length));
  return Array.from({ length: height }, (_, row) =>
    cells.map((cell, index) => pad(cell[row] ?? '', widths[index] ?? share)).join(' '.repeat(gap)),
  );
}

function itemLines(column: Json, layout: Layout): string[] {
  return listOf(column['items']).flatMap((item) => linesOf(item, layout));
}

/** What a person would see of a Markdown text: links with their address, times in words, no backslashes. */
function readable(text: unknown, { timeZone }: Layout): string {
  return resolveTimes(stringOf(text), timeZone)
    .replace(/<at>([^<]*)<\/at>/g, '@$1')
    .replace(/ ?(?<!\\)\[([^\]\\]*)\]\((\S+?)\) ?/g, '\n$1: $2\n')
    .replace(/\n$/, '')
    .replace(/(?<!\\)\*\*/g, '')
    .replace(/\\([!-/:-@[-`{-~])/g, '$1');
}

/** `{{DATE(…,SHORT)}}` and `{{TIME(…)}}` as `2026-11-22` and `06:00`, in the given time zone. */
export function resolveTimes(text: string, timeZone?: string): string {
  return text.replace(
    /\{\{(DATE|TIME)\(([\d:TZ-]+)(?:,\s*\w+)?\)\}\}/g,
    (whole, kind: string, iso: string) => {
      const at = Date.parse(iso);
      if (Number.isNaN(at)) return whole;
      // The Swedish way of writing is the ISO one, with a blank between date and time.
      const local = new Intl.DateTimeFormat('sv-SE', {
        dateStyle: 'short',
        timeStyle: 'short',
        ...(timeZone === undefined ? {} : { timeZone }),
      }).format(at);
      const [date = '', time = ''] = local.split(' ');
      return kind === 'DATE' ? date : time;
    },
  );
}

function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && lengthOf(line) + 1 + lengthOf(word) > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - lengthOf(text)));
}

function lengthOf(text: string): number {
  return Array.from(text).length;
}

function stringOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'object' && item !== null) : [];
}
