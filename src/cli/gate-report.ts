// Shows somebody who waits at a gate how it stands: one line that is rewritten on a terminal; in a log, a line when
// something has changed, or once a minute. It must not let text from outside act as a command of the agent or the
// terminal, nor show a secret.
import type { Clock } from '../clock.ts';
import type { Secret } from '../secret.ts';
import { inertJson, inertText, issueCommand, progressCommand } from '../text/pipeline-command.ts';
import { durationText } from '../text/time.ts';
import type { AnswerBody } from './read-gate-answer.ts';

export type GateOutcome =
  /** `continue` or `stop`. */
  | { readonly kind: 'decided'; readonly body: AnswerBody }
  /** The time was up; `body` is the last answer there was. */
  | { readonly kind: 'no-answer'; readonly sentence: string; readonly body?: AnswerBody }
  /** Asking again would not help. */
  | { readonly kind: 'refused'; readonly sentence: string; readonly body: object }
  | { readonly kind: 'interrupted' };

export interface GateReport {
  waiting(body: AnswerBody): void;
  /** No answer at the moment. */
  trouble(sentence: string): void;
  /** The last word; nothing is shown after it. */
  end(outcome: GateOutcome): void;
}

export interface ReportOptions {
  readonly clock: Clock;
  readonly waitMs: number;
  readonly isJson: boolean;
  /** In a run of Azure Pipelines, whose agent reads what is printed. */
  readonly isPipeline: boolean;
  readonly print: (line: string) => void;
  readonly note: (line: string) => void;
  /** Rewrites the line on the terminal that progress goes to; absent where that is none. */
  readonly rewrite: ((line: string) => void) | undefined;
  readonly secrets: readonly Secret[];
}

const REPEAT_MS = 60_000;
const TICK_MS = 1_000;
/** Continues that somebody should look at all the same. */
const WARNINGS = ['base-partially-succeeded', 'never-built'];

export function createGateReport(options: ReportOptions): GateReport {
  const { clock, waitMs, isJson, isPipeline, rewrite } = options;
  const startedAt = clock.now();
  const write = isJson ? options.note : options.print;
  const say = (line: string) => write(withoutSecrets(line, options.secrets));
  let current = { key: '', text: 'Asking …' };
  let body: (AnswerBody & { readonly heardAt: number }) | undefined;
  let saidAt = startedAt;

  const elapsed = () => clock.now() - startedAt;
  const progressLine = () =>
    `Waiting, ${durationText(elapsed())} of ${durationText(waitMs)}: ${inertText(current.text)}`;

  function sayProgress(): void {
    saidAt = clock.now();
    say(progressLine());
    if (isPipeline) say(progressCommand(percentOf(body, { now: saidAt, elapsedMs: elapsed(), waitMs }), ''));
  }

  const tick = clock.setInterval(() => {
    if (rewrite) rewrite(withoutSecrets(progressLine(), options.secrets));
    else if (clock.now() - saidAt >= REPEAT_MS) sayProgress();
  }, TICK_MS);

  function show(key: string, text: string): void {
    const isNew = key !== current.key;
    current = { key, text };
    if (rewrite) rewrite(withoutSecrets(progressLine(), options.secrets));
    else if (isNew) sayProgress();
  }

  function sayIssue(type: 'error' | 'warning', text: string): void {
    if (isPipeline) say(issueCommand(type, text));
    else if (type === 'error') options.note(withoutSecrets(inertText(text), options.secrets));
  }

  return {
    waiting(answer) {
      body = { ...answer, heardAt: clock.now() };
      const { buildId, status } = answer.base;
      show([answer.decision, answer.reason, buildId, status].join(), answer.message);
    },
    trouble: (text) => show(text, text),
    end(outcome) {
      clock.clearInterval(tick);
      rewrite?.('');
      if (outcome.kind === 'interrupted') return;
      if (isJson) options.print(withoutSecrets(inertJson(jsonOf(outcome)), options.secrets));
      if (outcome.kind !== 'decided') {
        sayIssue('error', outcome.sentence);
        return;
      }
      const { decision, reason, message } = outcome.body;
      if (decision === 'continue') {
        say(`Continue: ${inertText(message)}`);
        if (isPipeline) say(progressCommand(100, ''));
        if (WARNINGS.includes(reason)) sayIssue('warning', message);
        return;
      }
      const text = reason === 'timed-out' ? message : `Stop: ${message}`;
      const link = linkOf(outcome.body);
      const whole = link === undefined ? text : `${text} See ${link}`;
      if (isPipeline) say(issueCommand('error', whole));
      else say(inertText(whole));
    },
  };
}

function jsonOf(outcome: Exclude<GateOutcome, { kind: 'interrupted' }>): object {
  return (
    outcome.body ?? { error: 'no-answer', message: outcome.kind === 'no-answer' ? outcome.sentence : '' }
  );
}

/** The page of the run that decided. */
function linkOf({ base }: AnswerBody): string | undefined {
  const text = typeof base['url'] === 'string' && base['url'].length < 500 ? base['url'] : '';
  const url = URL.parse(text);
  return url?.protocol === 'https:' || url?.protocol === 'http:' ? url.href : undefined;
}

/** How far the run is that is waited for, if the answer tells when it will end; else how much of the time is over. */
function percentOf(
  body: (AnswerBody & { readonly heardAt: number }) | undefined,
  { now, elapsedMs, waitMs }: { readonly now: number; readonly elapsedMs: number; readonly waitMs: number },
): number {
  const [startedAt, endAt, observedAt] = [
    body?.base['startedAt'],
    body?.base['expectedEndAt'],
    body?.observedAt,
  ].map((text) => Date.parse(String(text)));
  // All three are Azure DevOps' time; ours says only how long ago that was.
  const doneMs = (observedAt ?? Number.NaN) - (startedAt ?? Number.NaN) + now - (body?.heardAt ?? now);
  const share = doneMs / ((endAt ?? Number.NaN) - (startedAt ?? Number.NaN));
  const known = Number.isFinite(share) ? share : elapsedMs / waitMs;
  return Math.min(99, Math.max(0, known * 100));
}

/** None gets here; if one ever does, an answer that echoes what was sent must not put it into a log. */
function withoutSecrets(line: string, secrets: readonly Secret[]): string {
  // What is shorter is no key, and would only spoil the text.
  const keys = secrets.filter((secret) => secret.reveal().length >= 8);
  return keys.reduce((text, secret) => text.replaceAll(secret.reveal(), String(secret)), line);
}
