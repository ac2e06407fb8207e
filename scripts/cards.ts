// Draws every card in every state as Teams would about show it: light and dark, wide and narrow, plus a
// contact sheet and the picture of the README. For looking at; it must not be needed by any test.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { renderContent } from '../src/cards/render-content.ts';
import { CARD_CONTENTS } from '../test/cards/sample-contents.ts';
import { NOW } from '../test/cards/sample-values.ts';

type Theme = 'light' | 'dark';
interface Look {
  readonly theme: Theme;
  readonly width: 'wide' | 'narrow';
}
interface Picture {
  readonly name: string;
  readonly look: Look;
  readonly png: Buffer;
}

const WIDTHS_PX = { wide: 520, narrow: 300 } as const;
const LOOKS = (['light', 'dark'] as const).flatMap((theme): readonly Look[] => [
  { theme, width: 'wide' },
  { theme, width: 'narrow' },
]);
const README_CARD = 'running';
const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'out', 'cards');

const SANS = "'Segoe UI','Open Sans','DejaVu Sans',sans-serif";
const MONOSPACE = "'Cascadia Mono','DejaVu Sans Mono',monospace";
const FONT = {
  fontSizes: { small: 12, default: 14, medium: 14, large: 18, extraLarge: 24 },
  fontWeights: { lighter: 300, default: 400, bolder: 600 },
  lineHeights: { small: 16, default: 20, medium: 20, large: 24, extraLarge: 32 },
};

// Colours and sizes measured by eye from Teams' two themes; the client's own host config is not published.
const STYLES = ['default', 'accent', 'good', 'warning', 'attention', 'emphasis'] as const;
const PALETTES = {
  light: {
    page: '#f5f5f5',
    card: '#ffffff',
    border: '#e0e0e0',
    text: ['#242424', '#616161'],
    colors: ['#4f52b2', '#237b4b', '#835c00', '#b3263e'],
    fills: ['#e8ebfa', '#e7f2da', '#fbf6d9', '#fcecef', '#f5f5f5'],
  },
  dark: {
    page: '#1f1f1f',
    card: '#292929',
    border: '#3d3d3d',
    text: ['#ffffff', '#adadad'],
    colors: ['#a6a7f0', '#92c353', '#f8d22a', '#f28b97'],
    fills: ['#2f2f4a', '#1c2f1a', '#3a2f0b', '#421e24', '#1f1f1f'],
  },
} as const;

function hostConfig(theme: Theme) {
  const { card, text, colors, fills } = PALETTES[theme];
  const foregroundColors = {
    default: { default: text[0], subtle: text[1] },
    ...Object.fromEntries(
      colors.map((value, index) => [STYLES[index + 1], { default: value, subtle: value }]),
    ),
  };
  return {
    fontFamily: SANS,
    fontTypes: { default: { fontFamily: SANS, ...FONT }, monospace: { fontFamily: MONOSPACE, ...FONT } },
    ...FONT,
    spacing: { small: 8, default: 12, medium: 16, large: 20, extraLarge: 24, padding: 16 },
    separator: { lineThickness: 1, lineColor: PALETTES[theme].border },
    factSet: { title: { weight: 'Bolder', maxWidth: 150, wrap: true }, value: { wrap: true }, spacing: 16 },
    actions: { maxActions: 6, spacing: 'Default', buttonSpacing: 8, actionsOrientation: 'Horizontal' },
    containerStyles: Object.fromEntries(
      [card, ...fills].map((fill, index) => [STYLES[index], { backgroundColor: fill, foregroundColors }]),
    ),
  };
}

function pageStyle(theme: Theme): string {
  const { page, card, border, text } = PALETTES[theme];
  return `body { margin: 0; }
    #card { box-sizing: border-box; padding: 12px; display: inline-block; background: ${page}; }
    .ac-adaptiveCard { border: 1px solid ${border}; border-radius: 8px; overflow: hidden; outline: none; }
    .ac-adaptiveCard p { margin: 0; }
    .ac-pushButton { background: ${card}; color: ${text[0]}; border: 1px solid ${border}; border-radius: 4px;
      padding: 5px 12px; font: 600 14px/20px ${SANS}; }`;
}

/** A browser of this machine; undefined when there is none. */
function findChromium(): string | undefined {
  const usual = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'microsoft-edge'];
  const candidates = [
    process.env['CHROMIUM_PATH'] ?? '',
    ...usual.map((name) => `/usr/bin/${name}`),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ];
  return candidates.find((path) => path !== '' && existsSync(path));
}

async function openPage(browser: Browser, theme: Theme, deviceScaleFactor: number): Promise<Page> {
  const require = createRequire(import.meta.url);
  const context = await browser.newContext({
    deviceScaleFactor,
    locale: 'en-US',
    timezoneId: 'UTC',
    viewport: { width: 600, height: 800 },
  });
  const page = await context.newPage();
  await page.setContent('<!doctype html><body><div id="card"></div></body>');
  await page.addStyleTag({ path: require.resolve('adaptivecards/dist/adaptivecards.css') });
  await page.addStyleTag({ content: pageStyle(theme) });
  await page.addScriptTag({ path: require.resolve('adaptivecards/dist/adaptivecards.min.js') });
  await page.addScriptTag({
    path: join(dirname(require.resolve('markdown-it/package.json')), 'dist', 'markdown-it.min.js'),
  });
  return page;
}

async function draw(page: Page, name: string, look: Look): Promise<Buffer> {
  const content = CARD_CONTENTS[name];
  const message = content && renderContent(content, { now: NOW, mayRepeat: false, shrinkStep: 0 });
  if (message?.kind !== 'card') throw new Error(`${name} is no card`);
  const input = { card: message.card, config: hostConfig(look.theme), widthPx: WIDTHS_PX[look.width] };
  // Runs in the page, where the two scripts have put their globals.
  await page.evaluate(`(({ card, config, widthPx }) => {
    const adaptive = new AdaptiveCards.AdaptiveCard();
    adaptive.hostConfig = new AdaptiveCards.HostConfig(config);
    AdaptiveCards.AdaptiveCard.onProcessMarkdown = (text, result) => {
      result.outputHtml = window.markdownit().render(text);
      result.didProcess = true;
    };
    adaptive.parse(card);
    const target = document.getElementById('card');
    target.style.width = widthPx + 'px';
    target.replaceChildren(adaptive.render());
  })(${JSON.stringify(input)})`);
  return page.locator('#card').screenshot();
}

async function drawContactSheet(browser: Browser, pictures: readonly Picture[]): Promise<Buffer> {
  const names = [...new Set(pictures.map(({ name }) => name))];
  const figures = names.map((name) => {
    const images = pictures
      .filter((picture) => picture.name === name)
      .map(({ png, look }) => {
        const source = `data:image/png;base64,${png.toString('base64')}`;
        return `<img src="${source}" width="${WIDTHS_PX[look.width] / 2}">`;
      });
    return `<figure><figcaption>${name}</figcaption>${images.join('')}</figure>`;
  });
  const style = `body { margin: 16px; font: 14px sans-serif; columns: 3; }
    figure { margin: 0 0 16px; break-inside: avoid; white-space: nowrap; } img { vertical-align: top; }`;
  const page = await browser.newPage({ viewport: { width: 2640, height: 800 } });
  await page.setContent(`<!doctype html><style>${style}</style>${figures.join('')}`);
  return page.screenshot({ fullPage: true });
}

async function drawAll(browser: Browser): Promise<void> {
  const pictures: Picture[] = [];
  for (const look of LOOKS) {
    const page = await openPage(browser, look.theme, 1);
    for (const name of Object.keys(CARD_CONTENTS)) {
      const png = await draw(page, name, look);
      pictures.push({ name, look, png });
      writeFileSync(join(OUT, `${name}-${look.theme}-${look.width}.png`), png);
    }
    console.log(`${look.theme} ${look.width}: ${Object.keys(CARD_CONTENTS).length} cards`);
  }
  writeFileSync(join(OUT, 'contact-sheet.png'), await drawContactSheet(browser, pictures));
  console.log('out/cards/contact-sheet.png');
  const page = await openPage(browser, 'light', 1.5);
  mkdirSync(join(ROOT, 'docs', 'images'), { recursive: true });
  const readme = await draw(page, README_CARD, { theme: 'light', width: 'wide' });
  writeFileSync(join(ROOT, 'docs', 'images', 'status-card.png'), readme);
  console.log(`docs/images/status-card.png (${Math.ceil(readme.length / 1024)} KB)`);
}

const executablePath = findChromium();
if (executablePath === undefined) {
  console.error('No Chromium or Chrome was found. Install one, or set CHROMIUM_PATH to its program file.');
  process.exit(1);
}
rmSync(OUT, { recursive: true, force: true });
mkdirSync(OUT, { recursive: true });
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
];
const browser = await chromium.launch({ executablePath, headless: true, args: [...args, '--disable-sync'] });
try {
  await drawAll(browser);
} finally {
  await browser.close();
}
