// `pipebot keys create|list|revoke`: the gate's keys, in the database that the server uses. It needs no running
// PipeBot and no Azure DevOps.
import { loadToolSettings, problemLines, type Settings } from '../config/settings.ts';
import { explainStartFailure } from '../config/start-failure.ts';
import { PipeBotError } from '../errors.ts';
import { newGateKey } from '../http/new-gate-key.ts';
import { type Database, openDatabase, optionsFor } from '../store/database.ts';
import { createGateKeys } from '../store/gate-keys.ts';
import { migrate } from '../store/migrate.ts';
import { errorSentence } from '../text/error.ts';
import { createdLines, databaseBusyLine, KEYS_USAGE, keyLines, revokedLine } from '../text/keys.ts';
import { chooseKey, chooseServices, type KeysArguments, readKeysArguments } from './keys-arguments.ts';
import { type Command, type CommandContext, type ExitCode, showProgress } from './terminal.ts';

export const runKeys: Command = async (words, context) => {
  const wanted = readKeysArguments(words);
  if ('problem' in wanted) return refuse(context, [wanted.problem, '', 'Usage:', ...KEYS_USAGE]);
  const settings = loadToolSettings(context.environment, context.readFile);
  if ('problems' in settings) return refuse(context, problemLines(settings.problems));
  const meant = wanted.action === 'create' ? named(wanted, settings.value) : wanted;
  if ('problem' in meant) return refuse(context, [meant.problem]);
  const progress = showProgress(context);
  progress.step('Opening the database …');
  try {
    return await withDatabase(settings.value, (database) => act(meant, database, context));
  } catch (error) {
    return refuse(context, [failureLine(error, settings.value)]);
  } finally {
    progress.stop();
  }
};

function refuse({ note }: CommandContext, lines: readonly string[]): ExitCode {
  for (const line of lines) note(line);
  return 2;
}

/** With services by the names that the gate knows them by. */
function named(wanted: Extract<KeysArguments, { action: 'create' }>, { catalog }: Settings) {
  const { action, name } = wanted;
  const chosen = chooseServices(catalog, wanted.services);
  return 'problem' in chosen ? chosen : { action, name, ...chosen };
}

async function withDatabase<T>({ config }: Settings, work: (database: Database) => Promise<T>): Promise<T> {
  const database = await openDatabase(optionsFor(config.database));
  try {
    // There need not have been a PipeBot before.
    await migrate(database);
    return await work(database);
  } finally {
    await database.close();
  }
}

async function act(wanted: KeysArguments, database: Database, context: CommandContext): Promise<ExitCode> {
  const { clock, print, note } = context;
  const gateKeys = createGateKeys(database);
  const keys = await gateKeys.list();
  const now = clock.now();
  switch (wanted.action) {
    case 'list':
      for (const line of keyLines(keys, now)) print(line);
      return 0;
    case 'create': {
      const { action: _, ...fields } = wanted;
      const { key, hash } = newGateKey();
      await gateKeys.create({ ...fields, hash }, now);
      // Alone on standard output, so that a script can take it from there.
      print(key.reveal());
      const others = keys.filter(({ name, isConfigured }) => name === wanted.name && !isConfigured);
      for (const line of createdLines(fields, others, database.kind)) note(line);
      return 0;
    }
    case 'revoke': {
      const key = chooseKey(keys, wanted.nameOrId);
      if ('problem' in key) return refuse(context, [key.problem]);
      if (!(await gateKeys.revoke(key.id)))
        return refuse(context, [`The key ${key.name} has just been changed. To see all: pipebot keys list`]);
      print(revokedLine(key, database.kind, now));
      return 0;
    }
  }
}

/** A sentence; what is a bug is thrown on. */
function failureLine(error: unknown, { config }: Settings): string {
  const isKnown = error instanceof PipeBotError && error.code !== 'internal';
  if (isKnown && error.code === 'store-busy' && 'dataDir' in config.database)
    return databaseBusyLine(config.database.dataDir);
  const problem = explainStartFailure(error, config);
  if (problem) return problemLines([problem]).join();
  if (isKnown) return errorSentence(error);
  throw error;
}
