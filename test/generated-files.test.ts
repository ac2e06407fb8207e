import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { generatedFiles } from '../scripts/generated-files.ts';

it.each([...generatedFiles()])('%s is what the code says; else run: npm run generate', (path, text) => {
  expect(readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')).toBe(text);
});

it('the manifest keeps within what Teams shows', () => {
  const manifest = JSON.parse(readFileSync(new URL('../appPackage/manifest.json', import.meta.url), 'utf8'));
  const [bot] = manifest.bots;
  const commands: { title: string; description: string }[] = bot.commandLists[0].commands;
  expect(commands.length).toBeLessThanOrEqual(12);
  for (const { title, description } of commands) {
    expect(title.length).toBeLessThanOrEqual(32);
    expect(description.length).toBeLessThanOrEqual(128);
  }
  expect(manifest.name.short.length).toBeLessThanOrEqual(30);
  expect(manifest.description.short.length).toBeLessThanOrEqual(80);
});

it.each([
  ['color.png', 192],
  ['outline.png', 32],
])('the icon %s is %i pixels wide and high', (name, size) => {
  const header = readFileSync(new URL(`../appPackage/${name}`, import.meta.url));
  expect([header.readUInt32BE(16), header.readUInt32BE(20)]).toEqual([size, size]);
});
