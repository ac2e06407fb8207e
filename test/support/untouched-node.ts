// Runs with every test file outside of the `whole` project. restify changes Node's own ServerResponse for its whole
// process, and the tests of a process share it: a file that loads restify breaks whichever server answers next.
import { ServerResponse } from 'node:http';
import { afterAll } from 'vitest';

afterAll(() => {
  if ('_writeHead' in ServerResponse.prototype)
    throw new Error(
      'this file loads restify: it belongs to a folder of the whole project (vitest.config.ts)',
    );
});
