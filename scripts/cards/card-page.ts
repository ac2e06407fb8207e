// Shows cards in a headless browser with Microsoft's own renderer, looking about as in Teams.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { renderContent } from '../../src/cards/render-content.ts';
import { CARD_CONTENTS } from '../../test/cards/sample-contents.ts';
import { NOW } from '../../test/cards/sample-values.ts';
import { hostConfig, pageStyle, type Theme } from './teams-look.ts';

/** A message in a wide window, and in Teams' narrow pane. */
export const WIDTHS_PX = { wide: 520, narrow: 300 } as const;

/** A browser of this machine; undefined when there is none. */
export function findChromium(): string | undefined {
  const usual = ['chromium', 'google-chrome', 'google-chrome-stable', 'chromium-browser', 'microsoft-edge'];
  const candidates = [
    process.env['CHROMIUM_PATH'] ?? '',
    ...usual.map((name) => `/usr/bin/${name}`),
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  ];
  return candidates.find((path) => path !== '' && existsSync(path));
}

/** A page that can show cards in one theme. */
export async function openPage(browser: Browser, theme: Theme, deviceScaleFactor = 1): Promise<Page> {
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

/** Shows one of the sample cards on a page of `openPage`, in the page's `#card`. */
export async function showCard(
  page: Page,
  name: string,
  { theme, widthPx }: { readonly theme: Theme; readonly widthPx: number },
): Promise<void> {
  const content = CARD_CONTENTS[name];
  const message = content && renderContent(content, { now: NOW, mayRepeat: false, shrinkStep: 0 });
  if (message?.kind !== 'card') throw new Error(`${name} is no card`);
  const input = { card: message.card, config: hostConfig(theme), widthPx };
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
}

/** Starts the browser without anything that would call home. */
export function launchChromium(executablePath: string): Promise<Browser> {
  const args = [
    '--no-sandbox',
    '--disable-gpu',
    '--disable-background-networking',
    '--disable-component-update',
  ];
  return chromium.launch({ executablePath, headless: true, args: [...args, '--disable-sync'] });
}
