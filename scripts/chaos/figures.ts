// Prints what a chaos run found, one line for each figure with its goal, and says whether every promise was kept.
import { percentile } from '../bench/figures.ts';
import type { Comparison } from './book.ts';
import type { InstancesRunResult } from './instances-run.ts';
import type { KillRunResult } from './kill-run.ts';

type Goal = { readonly atMost: number } | { readonly atLeast: number };

/** False when a goal is missed. */
function line(name: string, value: number, unit: string, goal?: Goal): boolean {
  const shown = Number.isInteger(value) ? value : Number(value.toFixed(2));
  const isGood = !goal || ('atMost' in goal ? value <= goal.atMost : value >= goal.atLeast);
  const text = !goal ? '' : 'atMost' in goal ? `≤ ${goal.atMost}` : `≥ ${goal.atLeast}`;
  console.log(`${name} ${shown} ${unit}${text === '' ? '' : ` (goal ${text}${isGood ? '' : ', MISSED'})`}`);
  return isGood;
}

function linesOfComparison(found: Comparison, notifications: number): boolean[] {
  const { told, lost, marked, duplicates, unexpected } = found;
  for (const what of [...lost, ...duplicates, ...unexpected].slice(0, 20)) console.error(what);
  return [
    line('told', told.reply + told.update + told.news, 'notifications', { atLeast: notifications }),
    line('told-as-updates', told.update, 'of them'),
    line('lost', lost.length, 'notifications', { atMost: 0 }),
    line('visible-duplicates', duplicates.length, 'unmarked', { atMost: 0 }),
    line('unexpected', unexpected.length, 'messages', { atMost: 0 }),
    line('marked-repeats', marked, 'messages that say that they may repeat'),
  ];
}

function linesOfChecks({ checks, leftovers }: KillRunResult, goal: number): boolean[] {
  const { acknowledged, missing, wrong, doubled, onDoubt, unexplained } = checks;
  for (const what of new Set([...missing, ...wrong, ...doubled, ...unexplained].slice(0, 20)))
    console.error(what);
  return [
    line('checks-acknowledged', acknowledged, 'checks', { atLeast: goal }),
    line('verdicts-1-each', checks.toldOnce, 'checks that waited to the end'),
    line('checks-ended-by-run', checks.endedByRun, 'whose run was cancelled'),
    line('checks-taken-back', checks.takenBack, 'by their runs'),
    line('checks-never-acknowledged', checks.unsure, `checks, ${checks.unsureTold} of them told`),
    line('callers-held', checks.held, 'answered through restarts'),
    line('verdicts-missing', missing.length, 'verdicts', { atMost: 0 }),
    line('verdicts-wrong', wrong.length, 'verdicts', { atMost: 0 }),
    line('verdicts-doubled', doubled.length, 'accepted twice', { atMost: 0 }),
    line('verdicts-unexplained', unexplained.length, 'verdicts', { atMost: 0 }),
    line('continue-on-doubt', onDoubt.length, 'times', { atMost: 0 }),
    line('tokens-left', leftovers.checks.tokens, 'tokens', { atMost: 0 }),
    line('checks-left-open', leftovers.checks.open, 'checks', { atMost: 0 }),
  ];
}

/** In so many kills every point has its turn. */
const LONG_RUN = 1_000;

export interface KillGoals {
  readonly kills: number;
  readonly notifications: number;
  readonly checks: number;
}

export function printKillRun(run: KillRunResult, goals: KillGoals): boolean {
  const { planner, lostCommits, lostSends } = run;
  const missed = planner.tally.filter(({ reached }) => reached === 0);
  for (const { point } of missed) console.error(`never reached: ${point}`);
  // The tally begins with those that were died at least often.
  const [rarest] = planner.tally;
  const good = [
    line('kills', run.kills, 'times', { atLeast: goals.kills }),
    line('kills-at-named-points', planner.pointKills, 'of them'),
    line('points-never-reached', missed.length, `of ${planner.tally.length}`, { atMost: 0 }),
    line(
      'deaths-at-the-rarest-point',
      rarest?.died ?? 0,
      `times (${rarest?.point})`,
      ...(goals.kills >= LONG_RUN ? [{ atLeast: 1 }] : []),
    ),
    line('own-ends', run.ownEnds, 'times', { atMost: 0 }),
    ...linesOfComparison(run, goals.notifications),
    ...linesOfChecks(run, goals.checks),
    line(
      'dead-jobs',
      Object.values(run.leftovers.deadJobs).reduce((sum, each) => sum + each, 0),
      ['jobs', ...Object.keys(run.leftovers.deadJobs)].join(' '),
    ),
    line('start-p50', percentile(run.startsMs, 0.5) / 1_000, 's'),
    line('last-told-after', run.drainMs / 1_000, 's in peace'),
  ];
  if (lostCommits)
    line('lost-commit-answers', (100 * lostCommits.lost) / lostCommits.of, `% of ${lostCommits.of}`);
  if (lostSends) line('lost-send-answers', (100 * lostSends.lost) / lostSends.of, `% of ${lostSends.of}`);
  return good.every((each) => each);
}

export function printInstancesRun(run: InstancesRunResult, notifications: number): boolean {
  const good = [
    line('kills', run.kills, 'times'),
    line('stops-of-20-s', run.stops, 'times'),
    line('stops-at-points', run.freezes, 'of them'),
    ...linesOfComparison(run, notifications),
    line('out-of-order', run.outOfOrder, 'messages', { atMost: 0 }),
    line('swapped-within-a-second', run.swapped, 'messages owed by transactions side by side'),
    line('over-pace', run.overPace, 'windows', { atMost: 0 }),
    line('early-polls', run.earlyPolls, `of ${run.polls} in the calm`, { atMost: 0 }),
    line('polls-per-place-and-interval', run.pollsPerInterval, 'while instances died'),
    line('take-over-p50', percentile(run.takeOversMs, 0.5) / 1_000, 's'),
    line('take-over-max', Math.max(...run.takeOversMs) / 1_000, 's', { atMost: 15 }),
  ];
  return good.every((each) => each);
}
