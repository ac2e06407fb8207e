// Makes PlanUrls from others: right ones spelled differently, and right and wrong ones with a few things changed.
import { pick, type Random } from './generated-history.ts';

type Texts = readonly [string, ...string[]];

/** What readers of URLs disagree about, pieces of hosts and paths, and characters that turn into others. */
const PIECES: Texts = [
  '/',
  ...['//', '\\', '@', ':', ':443', ':80', ':8443', '?', '#', '.', '..', '/../', '/./', '%2e', '%2f', '%5c'],
  ...[
    '%00',
    '%0d%0a',
    '%40',
    '%25',
    '%',
    '\t',
    '\n',
    '\r',
    '\u0000',
    ' ',
    '\u00a0',
    '\u00ad',
    '\u200b',
    '\ufeff',
  ],
  ...[
    '。',
    '．',
    '／',
    '＠',
    '：',
    '\u212a',
    'ſ',
    'ı',
    'İ',
    'о',
    'ⅾ',
    '①',
    '[',
    ']',
    '<',
    '"',
    ',',
    ';',
    '+',
    '-',
  ],
  ...[
    'ada@',
    'evil.example',
    'evil',
    '.evil.example',
    'contoso',
    'dev.azure.com',
    '.visualstudio.com',
    'xn--',
  ],
  ...['https://', 'http://', 'https:', '//evil.example/', '127.0.0.1', 'localhost', '2130706433', '\ud800'],
  ...['DefaultCollection', 'defaultcollection/', 'tfs', '%63', '%6F', 'a', 'o', 's', '0', '1'],
];

/** The same address: other case, with or without its slash and its default port. */
export function respelled(random: Random, planUrl: string): string {
  const [, scheme = '', host = '', path = ''] = /^(https?):\/\/([^/]*)(.*)$/i.exec(planUrl) ?? [];
  const defaultPort = scheme.toLowerCase() === 'https' ? ':443' : ':80';
  const bare = host.endsWith(defaultPort) ? host.slice(0, -defaultPort.length) : host;
  const ports: Texts = /:\d+$/.test(bare) ? [''] : ['', defaultPort];
  const address = `${scheme}://${bare}${pick(random, ports)}${path.replace(/\/$/, '')}${pick(random, ['', '/'])}`;
  const howOften = pick(random, [0, 0.1, 0.5, 1]);
  return [...address].map((letter) => (random() < howOften ? otherCase(letter) : letter)).join('');
}

/** One to four changes, mostly one, so that what is almost right is common. */
export function mutated(random: Random, planUrls: Texts): string {
  let text = pick(random, planUrls);
  const changes = pick(random, [1, 1, 1, 2, 3, 4]);
  for (let change = 0; change < changes; change++) text = changed(random, text, planUrls);
  return text;
}

function changed(random: Random, text: string, planUrls: Texts): string {
  const at = Math.floor(random() * (text.length + 1));
  const end = Math.min(text.length, at + 1 + Math.floor(random() * random() * 12));
  const [before, between, after] = [text.slice(0, at), text.slice(at, end), text.slice(end)];
  switch (Math.floor(random() * 9)) {
    case 0:
    case 1:
      return before + pick(random, PIECES) + between + after;
    case 2:
      return before + pick(random, PIECES) + after;
    case 3:
      return before + after;
    case 4:
      return before + between + between + after;
    case 5:
      return before + [...between].map(otherCase).join('') + after;
    case 6:
      return before + [...between].map(percentEncoded).join('') + after;
    case 7:
      return before + String.fromCodePoint(Math.floor(random() * 0x250)) + between + after;
    default: {
      const other = pick(random, planUrls);
      return before + other.slice(Math.floor(random() * other.length));
    }
  }
}

function otherCase(letter: string): string {
  const upper = letter.toUpperCase();
  return upper === letter ? letter.toLowerCase() : upper;
}

function percentEncoded(letter: string): string {
  return [...Buffer.from(letter)].map((byte) => `%${byte.toString(16).padStart(2, '0')}`).join('');
}
