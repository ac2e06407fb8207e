// The dump of an empty in-memory database, made once per test process: opening it takes a sixth of the time of
// making a new one.
import { PGlite } from '@electric-sql/pglite';

let template: Promise<Blob> | undefined;

export function pgliteTemplate(): Promise<Blob> {
  template ??= makeTemplate();
  return template;
}

async function makeTemplate(): Promise<Blob> {
  const pglite = new PGlite({ postgresqlconf: ['shared_buffers=16MB'] });
  await pglite.waitReady; // dumpDataDir itself does not wait, and then never answers
  const dump = await pglite.dumpDataDir('none');
  await pglite.close();
  return dump;
}
