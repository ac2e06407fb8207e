// Draws every card in every state as Teams would about show it: light and dark, wide and narrow, plus a
// contact sheet and the picture of the README. For looking at.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { CARD_CONTENTS } from '../test/cards/sample-contents.ts';
import { findChromium, launchChromium, openPage, showCard, WIDTHS_PX } from './cards/card-page.ts';
import type { Theme } from './cards/teams-look.ts';

interface Look {
  readonly theme: Theme;
  readonly width: 'wide' | 'narrow';
}
interface Picture {
  readonly name: string;
  readonly look: Look;
  readonly png: Buffer;
}

const LOOKS = (['light', 'dark'] as const).flatMap((theme): readonly Look[] => [
  { theme, width: 'wide' },
  { theme, width: 'narrow' },
]);
const README_CARD = 'running';
const ROOT = join(import.meta.dirname, '..');
const OUT = join(ROOT, 'out', 'cards');

async function draw(page: Page, name: string, { theme, width }: Look): Promise<Buffer> {
  await showCard(page, name, { theme, widthPx: WIDTHS_PX[width] });
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
const browser = await launchChromium(executablePath);
try {
  await drawAll(browser);
} finally {
  await browser.close();
}
