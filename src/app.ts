// Constructs everything in reading order, starts it and stops it. The only file that knows every folder; tests
// and the demo call it with a clock, port 0 and stand-ins for the outside world.
import { randomUUID } from 'node:crypto';
import type { App, AppOptions } from './app-contract.ts';
import { createPipelines } from './azure-devops/pipelines.ts';
import { createPlans } from './azure-devops/plans.ts';
import { readHook } from './azure-devops/read-hook.ts';
import { renderContent } from './cards/render-content.ts';
import { createRespond } from './chat/respond.ts';
import { systemClock } from './clock.ts';
import { withCrashPoints } from './crash-points.ts';
import { isOfConfiguredRepository } from './domain/service.ts';
import { digestHook } from './http/digest-hook.ts';
import { createAuthenticateCaller, replaceConfiguredKeys } from './http/gate-keys.ts';
import { createOperatorServer } from './http/operator-server.ts';
import { createHttpServer } from './http/server.ts';
import { createQueue } from './jobs/queue.ts';
import { bindWorkers, JOB_NAMES } from './jobs/workers.ts';
import { openDatabase, optionsFor } from './store/database.ts';
import { migrate } from './store/migrate.ts';
import { createSeal } from './store/seal.ts';
import { sealKeysFor } from './store/seal-keys.ts';
import { createStores, forgetfulStores } from './store/stores.ts';
import { createTeamsEntry } from './teams/adapter.ts';
import { createMessenger } from './teams/messenger.ts';
import { LOCAL_SERVICE_URLS, TEAMS_SERVICE_URLS } from './teams/service-url.ts';
import { explainDecision } from './text/decision.ts';
import { storageNote } from './text/storage.ts';
import { createGate } from './usecases/answer-gate.ts';
import { answerMessages, resumeAnswers } from './usecases/answer-message.ts';
import { createCallerBuilds } from './usecases/caller-builds.ts';
import { createCancelCheck } from './usecases/cancel-check.ts';
import { cleanUp } from './usecases/clean-up.ts';
import { deliverNotifications, resumeDeliveries } from './usecases/deliver-notifications.ts';
import { explainSilence } from './usecases/explain-silence.ts';
import { createIsHidden, homeOf } from './usecases/find-asker.ts';
import { createFindSubject } from './usecases/find-subject.ts';
import { createGetStatus } from './usecases/get-status.ts';
import { createObserver } from './usecases/observe-builds.ts';
import { createOpenCheck } from './usecases/open-check.ts';
import {
  createEnsurePolled,
  type PollPorts,
  pollBuilds,
  readOrForget,
  resumePolls,
} from './usecases/poll-builds.ts';
import type { JobPayloads, Messenger, Pipelines, Plans } from './usecases/ports.ts';
import { createReceiveHook } from './usecases/receive-hook.ts';
import { receiveEvent } from './usecases/receive-message.ts';
import { recordAlerts } from './usecases/record-alerts.ts';
import { releaseAlerts, resumeReleases } from './usecases/release-alerts.ts';
import { resyncSubscriptions } from './usecases/resync-subscriptions.ts';
import { runCheck } from './usecases/run-check.ts';
import { shareLooks } from './usecases/share-looks.ts';
import { enqueueWake, resumeChecks, wakeChecks } from './usecases/wake-checks.ts';
import { advanceWatches, endWatchesOf, listFollowed } from './usecases/watch-build.ts';

export type { App, AppOptions } from './app-contract.ts';

/** For the server and for the jobs each; an orchestrator kills what takes more than ten seconds. */
const STOP_GRACE_MS = 4_000;

/** Opens the database and builds everything on it; throws PipeBotError `store-*` when it cannot be used. */
export async function createApp({
  settings,
  logger,
  clock = systemClock,
  ...options
}: AppOptions): Promise<App> {
  const { config, catalog, organizations } = settings;
  const timeout = options.callTimeoutMs === undefined ? {} : { callTimeoutMs: options.callTimeoutMs };
  const place = options.database ?? optionsFor(config.database);
  const database = await openDatabase(place, options.onCrashPoint);
  await migrate(database);

  const seal = createSeal(sealKeysFor(config.secretKeys, place));
  const stores = createStores(database, seal);
  const onJobError = (error: unknown) => logger.error({ err: error }, 'job failed');
  const queue = createQueue<JobPayloads>({ database, clock, names: JOB_NAMES, onError: onJobError });

  const azure = createPipelines({
    organizations: organizations.map(({ name, url, token }) => ({
      name,
      url,
      credentials: { kind: 'pat', token },
    })),
    clock,
    log: logger,
    ...timeout,
  });
  const pipelines = withCrashPoints<Pipelines>(azure, 'pipelines', options.onCrashPoint);
  const plans = createPlans({ organizations, clock, ...timeout });
  const home = homeOf(config.registration);
  const base = {
    ...stores,
    ...{ catalog, organizations, home },
    isHidden: createIsHidden({ ...stores, catalog, home }),
    transactions: database,
    jobs: queue,
    clock,
    log: logger,
    newId: randomUUID,
  };
  const ensurePolled = createEnsurePolled(base);
  const watchPorts = { ...base, ensurePolled };
  const observer = createObserver({
    ...base,
    pipelines,
    counts: (build) => isOfConfiguredRepository(catalog, build),
    onBuilds: (target, builds) => advanceWatches(watchPorts, target, builds),
    onChanged: (place) => enqueueWake(base, place),
    onReadable: (place) => enqueueWake(base, place),
    onEnded: (ended) => recordAlerts(base, ended),
    onDeleted: (build) => endWatchesOf(watchPorts, build),
  });
  const pollPorts: PollPorts = {
    ...base,
    observer,
    random: options.random ?? Math.random,
    listFollowed: (target) => listFollowed(watchPorts, target),
    // What cannot be read still comes to its end one day.
    onUnreadable: (target) => advanceWatches(watchPorts, target, []),
  };
  const getStatus = createGetStatus({ ...base, observer });
  const checkPorts = {
    ...base,
    ...shareLooks({ ...base, observer, ensurePolled }),
    plans: withCrashPoints<Plans>(plans, 'plans', options.onCrashPoint),
    explain: explainDecision,
  };
  const callerBuilds = createCallerBuilds({ pipelines, clock });
  const gate = createGate({ ...base, observer, ensurePolled, callerBuilds });
  const respond = createRespond({
    ...watchPorts,
    ...{ getStatus, observer },
    findSubjectIn: (visible) => createFindSubject({ catalog: visible, organizations, pipelines }),
  });

  const teams = {
    registration: config.registration ?? ('none' as const),
    serviceUrls: config.isLocal || options.teamsTesting ? LOCAL_SERVICE_URLS : TEAMS_SERVICE_URLS,
    clock,
    log: logger,
    ...(options.teamsTesting ? { testing: options.teamsTesting } : {}),
  };
  const connector = createMessenger({
    ...teams,
    ...timeout,
    render: ({ content, mayRepeat, shrinkStep }, now, mention) =>
      renderContent(content, { now, mayRepeat, shrinkStep, ...(mention ? { mention } : {}) }),
  });
  const messenger = withCrashPoints<Messenger>(connector, 'messenger', options.onCrashPoint);
  const entry = createTeamsEntry({
    ...teams,
    allowedTenants: config.registration ? [config.registration.tenantId] : 'any',
    onEvent: (event) => receiveEvent(base, event),
  });

  const resume = async () => {
    await resumeAnswers(base);
    await resumeDeliveries(base);
    await resumePolls(pollPorts);
    await resumeReleases(base);
    await resumeChecks(base);
  };
  bindWorkers(queue, {
    'answer-message': ({ conversationId }) =>
      answerMessages({ ...base, respond, newErrorId: randomUUID }, conversationId),
    deliver: ({ conversationId }) => deliverNotifications({ ...base, messenger }, conversationId),
    poll: (place) => pollBuilds(pollPorts, place),
    'read-build': (ref) => readOrForget({ observer }, ref),
    'release-alerts': ({ conversationId }) => releaseAlerts(base, conversationId),
    'run-check': (check) => runCheck(checkPorts, check),
    'wake-checks': (reason) => wakeChecks(base, reason),
    'clean-up': () =>
      cleanUp({
        ...base,
        resume,
        ...forgetfulStores(stores),
        deadLetters: () => queue.deadLetters(),
      }),
  });
  const receiveHook = createReceiveHook({ ...base, organizations, readHook, digest: digestHook });
  const http = { log: logger, newErrorId: randomUUID, catalog, clock };
  const server = createHttpServer({
    ...http,
    host: config.host,
    port: config.port,
    gate,
    organizations,
    openCheck: createOpenCheck(base),
    cancelCheck: createCancelCheck(base),
    authenticateCaller: createAuthenticateCaller(base),
    hooks: { secrets: config.hookSecrets, receive: receiveHook },
    receiveActivity: (request) => entry.receive(request),
    checkReadiness: async () => {
      await database.query('select 1');
    },
  });

  const operator =
    config.operatorPort === undefined
      ? undefined
      : createOperatorServer({
          ...http,
          port: config.operatorPort,
          explainSilence: (question) => explainSilence(base, question),
        });

  return {
    async start() {
      if (!seal.canSeal)
        logger.warn({}, 'PIPEBOT_SECRET_KEY is missing: checks are not called back, and all else works');
      await replaceConfiguredKeys(stores.gateKeys, config.gateKeys);
      await resyncSubscriptions(base);
      await stores.gateSignals.start();
      await queue.start();
      await resume();
      await queue.enqueue('clean-up', {}, { key: 'clean-up' });
      await operator?.start();
      await server.start();
    },
    async stop() {
      gate.close();
      await Promise.all([server.stop(STOP_GRACE_MS), operator?.stop(STOP_GRACE_MS)]);
      await queue.stop({ graceMs: STOP_GRACE_MS });
      azure.close();
      plans.close();
      await stores.gateSignals.stop();
      await database.close();
    },
    get url() {
      return server.url;
    },
    get operatorUrl() {
      return operator?.url;
    },
    storageNote: storageNote(database.kind),
    get waitingGates() {
      return gate.waiting;
    },
    idle: () => queue.idle(),
  };
}
