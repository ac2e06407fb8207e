// npm run icons: draws the PNGs of the Azure DevOps extension from their SVG. A test compares them.
import { readFileSync, writeFileSync } from 'node:fs';
import { drawPixels, encodePng } from './icons/draw-icon.ts';
import { EXTENSION_ICONS, ICON_SOURCE } from './icons/extension-icons.ts';

const ROOT = new URL('..', import.meta.url);
const svg = readFileSync(new URL(ICON_SOURCE, ROOT), 'utf8');
for (const [path, sizePx] of EXTENSION_ICONS) {
  writeFileSync(new URL(path, ROOT), encodePng(drawPixels(svg, sizePx), sizePx));
  console.log(`drew ${path} (${sizePx} x ${sizePx})`);
}
