import { defineConfig } from 'vitest/config';

// restify changes Node's own ServerResponse for its whole process, so what loads it runs apart from the rest.
const WHOLE = ['acceptance', 'chaos', 'cli', 'http'].map((folder) => `test/${folder}/**/*.test.ts`);

export default defineConfig({
  test: {
    globalSetup: ['test/support/postgres-server.ts'],
    pool: 'forks',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'parts',
          ...{ include: ['test/**/*.test.ts'], exclude: WHOLE },
          setupFiles: ['test/support/untouched-node.ts'],
        },
      },
      { extends: true, test: { name: 'whole', include: WHOLE } },
    ],
  },
});
