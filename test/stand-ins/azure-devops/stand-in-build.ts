// The strings a test pulls on one build. Every change takes its time from the scripted clock.
// Must not answer requests.
import { buildWebUrl } from './azure-urls.ts';
import {
  type BuildFailure,
  beginTimeline,
  endTimeline,
  holdForApproval,
  restartTimeline,
} from './build-timeline.ts';
import type { BuildState, OrganizationState } from './organization-state.ts';
import { type TimelineRecord, touch } from './timeline-record.ts';
import { settleTimeline, writeTimelineLater } from './unwritten-timeline.ts';

export interface StandInBuild {
  readonly id: number;
  readonly buildNumber: string;
  readonly definitionId: number;
  readonly sourceBranch: string;
  readonly sourceVersion: string;
  readonly status: string;
  readonly result: string | undefined;
  /** What `_links.web.href` says. */
  readonly webUrl: string;
  start(): void;
  /** The endings start the build first when nobody has. */
  succeed(): void;
  partiallySucceed(): void;
  fail(failure?: BuildFailure): void;
  /** Ends `failed` without ever having started: no timeline, the reason in validationResults. */
  failValidation(message: string): void;
  /** Ends `canceled`; a build that never started keeps no start time and no timeline. */
  cancel(): void;
  /** The status that only 7.2 knows. */
  abandon(): void;
  /** Ends with this result, known to Azure or not; undefined ends without one. */
  complete(result: string | undefined): void;
  postpone(): void;
  beginCancelling(): void;
  /** "Rerun failed jobs": the same id goes back to inProgress. */
  rerun(): void;
  /** Stays inProgress while its second stage is pending behind a Checkpoint.Approval. */
  waitForApproval(): void;
  /** As retention does: 404 from now on. */
  delete(): void;
  /** Any word, with nothing else changed. */
  setStatus(status: string): void;
  /** For what no action above makes, such as a record result that nobody knows. */
  editTimeline(edit: (records: TimelineRecord[]) => void): void;
}

export function toStandInBuild(state: OrganizationState, build: BuildState): StandInBuild {
  return {
    id: build.id,
    buildNumber: build.buildNumber,
    definitionId: build.definition.id,
    sourceBranch: build.sourceBranch,
    sourceVersion: build.sourceVersion,
    get status() {
      return build.status;
    },
    get result() {
      return build.result;
    },
    webUrl: buildWebUrl(state, build),
    ...toEndings(state, build),
    start: () => startBuild(state, build),
    abandon: () => setStatus(state, build, 'abandoned'),
    postpone: () => setStatus(state, build, 'postponed'),
    beginCancelling: () => {
      setStatus(state, build, 'cancelling');
      state.announce(build, 'cancelling');
    },
    rerun: () => rerunBuild(state, build),
    waitForApproval: () => {
      startIfNeeded(state, build);
      writeTimelineLater(state, build, (then) => holdForApproval(then, build));
      build.isHeld = true;
      build.lastChanged = state.clock.now();
      state.announce(build, 'approval-pending');
    },
    delete: () => {
      build.deleted = true;
    },
    setStatus: (status) => setStatus(state, build, status),
    editTimeline: (edit) => {
      settleTimeline(build);
      touch(build.timeline, state.clock.now());
      edit(build.timeline.records);
    },
  };
}

type Ending = 'succeed' | 'partiallySucceed' | 'fail' | 'failValidation' | 'cancel' | 'complete';

function toEndings(state: OrganizationState, build: BuildState): Pick<StandInBuild, Ending> {
  return {
    succeed: () => runToEnd(state, build, 'succeeded', 'succeeded'),
    partiallySucceed: () => runToEnd(state, build, 'partiallySucceeded', 'succeededWithIssues'),
    fail: (failure) => runToEnd(state, build, 'failed', 'failed', failure),
    failValidation: (message) => {
      build.validationErrors = [message];
      endBuild(state, build, 'failed');
    },
    cancel: () => {
      refuseEnded(build);
      writeTimelineLater(state, build, (then) => endTimeline(then, build, 'canceled'));
      endBuild(state, build, 'canceled');
    },
    complete: (result) => runToEnd(state, build, result, toRecordResult(result)),
  };
}

function setStatus(state: OrganizationState, build: BuildState, status: string): void {
  build.status = status;
  build.lastChanged = state.clock.now();
}

function startBuild(state: OrganizationState, build: BuildState): void {
  if (build.startTime !== undefined) throw new Error(`build ${build.id} has started already`);
  build.startTime = state.clock.now();
  setStatus(state, build, 'inProgress');
  writeTimelineLater(state, build, (then) => beginTimeline(then, build));
  state.announce(build, 'started');
}

function startIfNeeded(state: OrganizationState, build: BuildState): void {
  if (build.startTime === undefined) startBuild(state, build);
}

function endBuild(state: OrganizationState, build: BuildState, result: string | undefined): void {
  refuseEnded(build);
  if (build.isHeld) state.announce(build, 'approval-completed');
  build.isHeld = false;
  build.result = result;
  build.finishTime = state.clock.now();
  setStatus(state, build, 'completed');
  state.announce(build, 'ended');
}

function refuseEnded(build: BuildState): void {
  if (build.status === 'completed') throw new Error(`build ${build.id} has ended already; rerun it first`);
}

function runToEnd(
  state: OrganizationState,
  build: BuildState,
  result: string | undefined,
  recordResult: string,
  failure?: BuildFailure,
): void {
  refuseEnded(build);
  startIfNeeded(state, build);
  writeTimelineLater(state, build, (then) => endTimeline(then, build, recordResult, failure));
  endBuild(state, build, result);
}

function toRecordResult(result: string | undefined): string {
  if (result === 'partiallySucceeded') return 'succeededWithIssues';
  return result === undefined || result === 'none' ? 'abandoned' : result;
}

function rerunBuild(state: OrganizationState, build: BuildState): void {
  if (build.status !== 'completed') throw new Error(`build ${build.id} has not ended, so it can't run again`);
  build.result = undefined;
  build.finishTime = undefined;
  if (build.startTime === undefined) {
    build.validationErrors = [];
    startBuild(state, build);
    return;
  }
  setStatus(state, build, 'inProgress');
  writeTimelineLater(state, build, (then) => restartTimeline(then, build));
  state.announce(build, 'runs-again');
}
