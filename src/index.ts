// The server: reads the settings, creates the app, starts it, and stops it on a signal. No logic of its own.
import { readFileSync } from 'node:fs';
import process from 'node:process';
import { createApp } from './app.ts';
import { readEnvironment } from './cli/environment.ts';
import { loadSettings, problemLines } from './config/settings.ts';
import { explainStartFailure } from './config/start-failure.ts';
import { toPipeBotError } from './errors.ts';
import { createLogger } from './logger.ts';
import { errorSentence } from './text/error.ts';

function fail(lines: readonly string[]): never {
  process.stderr.write(`${lines.join('\n')}\n`);
  process.exit(1);
}

const environment = readEnvironment();
if ('problem' in environment) fail([`PipeBot cannot start: ${environment.problem}`]);
const settings = loadSettings(environment.value, (path) => readFileSync(path, 'utf8'));
if ('problems' in settings)
  fail(['PipeBot cannot start:', ...problemLines(settings.problems).map((line) => `  ${line}`)]);

const logger = createLogger(settings.value.config.logLevel);
const app = await createApp({ settings: settings.value, logger })
  .then(async (created) => {
    await created.start();
    return created;
  })
  .catch((thrown: unknown) => {
    const problem = explainStartFailure(thrown, settings.value.config);
    if (problem) return fail([`PipeBot cannot start: ${problemLines([problem]).join()}`]);
    const error = toPipeBotError(thrown);
    if (error.code === 'internal') logger.fatal({ err: thrown }, 'start failed');
    return fail([`PipeBot cannot start: ${errorSentence(error)}`]);
  });

// A bug that nobody caught: what is stored is safe, and a fresh process is better than one in an unknown state.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.once(event, (error: unknown) => {
    logger.fatal({ err: error }, 'ended by a bug');
    process.exit(1);
  });
}
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    logger.info({ signal }, 'stopping');
    app.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        logger.error({ err: error }, 'did not stop cleanly');
        process.exit(1);
      },
    );
  });
}
// Last, so that whoever reads it can count on everything above, an orderly stop included.
logger.info({ url: app.url, storage: app.storageNote, isLocal: settings.value.config.isLocal }, 'started');
