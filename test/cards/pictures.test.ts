import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  findChromium,
  launchChromium,
  openPage,
  showCard,
  WIDTHS_PX,
} from '../../scripts/cards/card-page.ts';
import { CARD_CONTENTS } from './sample-contents.ts';

const executablePath = findChromium();
if (executablePath === undefined) {
  process.stderr.write(
    '\nNo Chromium or Chrome was found: the tests that look at drawn cards are SKIPPED. Install one (for example apt-get install chromium), or set CHROMIUM_PATH.\n\n',
  );
}

interface Box {
  readonly text: string;
  readonly left: number;
  readonly right: number;
  readonly isCut: boolean;
}

/** Every piece of text on the page with its place; `isCut` where it does not fit into its own element. */
const TEXTS = `[...document.querySelectorAll(
  '#card .ac-textBlock, #card .ac-richTextBlock, #card .ac-factset div, #card button, #card button *, #card .ac-input'
)].map((element) => {
  const { left, right, width } = element.getBoundingClientRect();
  const isCut = element.scrollWidth > element.clientWidth + 1 && element.clientWidth > 0;
  // A list of choices cuts its longest one without a sign.
  const longest = element.cloneNode(true);
  longest.style.cssText = 'position: absolute; width: max-content;';
  if (element.tagName === 'SELECT') element.parentElement.append(longest);
  const isCutChoice = element.tagName === 'SELECT' && longest.getBoundingClientRect().width > width + 1;
  longest.remove();
  return { text: element.textContent, left, right, isCut: isCut || isCutChoice };
})`;

describe.skipIf(executablePath === undefined)('a card in Teams’ narrow pane', () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launchChromium(executablePath ?? '');
    page = await openPage(browser, 'dark');
  });
  afterAll(() => browser.close());

  it.each(Object.keys(CARD_CONTENTS))('shows all of its text: %s', async (name) => {
    const widthPx = WIDTHS_PX.narrow;
    await showCard(page, name, { theme: 'dark', widthPx });
    const boxes = await page.evaluate<Box[]>(TEXTS);
    expect(boxes.length).toBeGreaterThan(0);
    const outside = boxes.filter(({ left, right, isCut }) => isCut || left < 0 || right > widthPx);
    expect(outside).toEqual([]);
  });

  it('that did not fit would be noticed', async () => {
    await showCard(page, 'running', { theme: 'dark', widthPx: 90 });
    const boxes = await page.evaluate<Box[]>(TEXTS);
    expect(boxes.some(({ right, isCut }) => isCut || right > 90)).toBe(true);
  });
});
