#!/usr/bin/env node
// The program `pipebot`, as npm puts it into the path. It only sees to it that Node can run what follows.
import '../scripts/node-version.mjs';

// Not before the line above has run: an older Node could not even read it.
await import('../src/cli/pipebot.ts');
