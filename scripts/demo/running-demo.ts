// How a terminal finds a demo that is up: a small file in the modules' cache, which no commit can contain.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';

const FOLDER = new URL('../../node_modules/.cache/pipebot/', import.meta.url);
const FILE = new URL('demo.json', FOLDER);

export interface RunningDemo {
  readonly userSayUrl: string;
}

export function announceDemo(demo: RunningDemo): void {
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(FILE, JSON.stringify(demo));
}

export function withdrawDemo(): void {
  rmSync(FILE, { force: true });
}

/** What the file says; the demo may have died meanwhile. */
export function findDemo(): RunningDemo | undefined {
  try {
    return JSON.parse(readFileSync(FILE, 'utf8')) as RunningDemo;
  } catch {
    return undefined;
  }
}
