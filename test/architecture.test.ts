import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type SourceFile, violations } from './support/architecture-rules.ts';

const ROOT = new URL('..', import.meta.url);
const SOURCES: SourceFile[] = globSync('src/**/*.ts', { cwd: ROOT }).map((path) => ({
  path: path.replaceAll('\\', '/'),
  text: readFileSync(new URL(path, ROOT), 'utf8'),
}));
const ABOUT = '// What it is for.\n';

describe('the house', () => {
  it('keeps its rules', () => {
    expect(violations(SOURCES)).toEqual([]);
  });

  it('has rooms that can be read at one sitting', () => {
    const tooLong = SOURCES.filter(({ text }) => text.split('\n').length > 250).map(({ path }) => path);
    expect(tooLong).toEqual([]);
  });
});

describe('the rules notice', () => {
  it.each<[string, string, string, string]>([
    [
      'a second folder with botbuilder',
      'src/http/server.ts',
      "import { CloudAdapter } from 'botbuilder';",
      'only teams may import',
    ],
    [
      'botbuilder for its types alone',
      'src/chat/respond.ts',
      "import type { Activity } from 'botbuilder';",
      'imports no package',
    ],
    [
      'botbuilder loaded late',
      'src/store/builds.ts',
      "const late = await import('botbuilder');",
      'only teams may import',
    ],
    [
      'botbuilder passed on',
      'src/cards/text.ts',
      "export { CardFactory } from 'botbuilder';",
      'only teams may import',
    ],
    ['a package in domain', 'src/domain/gate.ts', "import yaml from 'yaml';", 'imports no package'],
    ['Node in domain', 'src/domain/gate.ts', "import { readFileSync } from 'node:fs';", 'no input or output'],
    ['Node without its prefix in domain', 'src/domain/gate.ts', "import 'fs';", 'no input or output'],
    [
      'a use case in domain',
      'src/domain/gate.ts',
      "import type { Log } from '../usecases/ports.ts';",
      'must not know usecases',
    ],
    [
      'an adapter in a use case',
      'src/usecases/observe.ts',
      "import { createWatches } from '../store/watches.ts';",
      'must not know store',
    ],
    [
      'one adapter in another',
      'src/teams/bot.ts',
      "import { createHttpServer } from '../http/server.ts';",
      'must not know http',
    ],
    [
      'rows in the job engine',
      'src/jobs/queue.ts',
      "import { createWatches } from '../store/watches.ts';",
      'database.ts only',
    ],
    [
      'a package nobody has let in',
      'src/http/server.ts',
      "import express from 'express';",
      'has no home yet',
    ],
    [
      'the environment read elsewhere',
      'src/http/server.ts',
      'const port = process.env.PORT;',
      'reads the environment',
    ],
    ['the time asked for', 'src/store/builds.ts', 'const now = Date.now();', 'take a Clock'],
    ['a default export', 'src/http/server.ts', 'export default 1;', 'default export'],
    ['a room without a name', 'src/misc/helper.ts', "import { x } from '../errors.ts';", 'do not know'],
  ])('%s', (_name, path, line, sentence) => {
    expect(violations([{ path, text: `${ABOUT}${line}\n` }]).join('\n')).toContain(sentence);
  });

  it('nothing in a file that keeps to its room', () => {
    const text = `${ABOUT}import { CloudAdapter } from 'botbuilder';\nimport type { Log } from '../usecases/ports.ts';\n`;
    expect(violations([{ path: 'src/teams/bot.ts', text }])).toEqual([]);
  });
});
