// Crash points: a name for the moment before and after every call to the outside and every commit, so that a chaos
// run can end or hold the process exactly there. In production nobody listens and nothing is wrapped. It must not
// decide what happens at a point.

/** Every method of the ports that reach Azure DevOps, the plans of Azure Pipelines and Teams. */
const OUTSIDE_CALLS = [
  'pipelines.listBuilds',
  'pipelines.getBuild',
  'pipelines.getTimelineFacts',
  'pipelines.getDefinition',
  'plans.readVersion',
  'plans.startTask',
  'plans.completeTask',
  'plans.updateRecord',
  'plans.writeConsole',
  'plans.createLog',
  'plans.appendLog',
  'messenger.send',
] as const;
type OutsideCall = (typeof OUTSIDE_CALLS)[number];
type OutsidePort = OutsideCall extends `${infer Port}.${string}` ? Port : never;

/** Every transaction of the use cases; `statement` stands for whatever commits without one of these names. */
export const COMMIT_NAMES = [
  'receive-message',
  'join-conversation',
  'leave-conversation',
  'answer-message',
  'receive-hook',
  'plan-poll',
  'end-unreadable',
  'list-followed',
  'store-reading',
  'store-build',
  'store-deletion',
  'release-alerts',
  'begin-attempt',
  'record-attempt',
  'resync-subscriptions',
  'open-check',
  'note-progress',
  'store-verdict',
  'end-check',
  'cancel-check',
  'wake-checks',
  'statement',
] as const;
export type CommitName = (typeof COMMIT_NAMES)[number];

type Moment = OutsideCall | `commit:${CommitName}`;
export type CrashPoint = `${Moment}:${'before' | 'after'}`;

const MOMENTS: readonly Moment[] = [
  ...OUTSIDE_CALLS,
  ...COMMIT_NAMES.map((name) => `commit:${name}` as const),
];

export const CRASH_POINTS: readonly CrashPoint[] = MOMENTS.flatMap(
  (moment) => [`${moment}:before`, `${moment}:after`] as const,
);

/** Hears of every point as it is reached, and may not return. */
export type ReachPoint = (point: CrashPoint) => void;

/** The port itself when nobody listens; else one that says when each of its outside calls begins and has ended. */
export function withCrashPoints<Port extends object>(
  port: Port,
  name: OutsidePort,
  reach: ReachPoint | undefined,
): Port {
  if (!reach) return port;
  const wrapped = Object.entries(port).map(([method, call]: [string, unknown]) => {
    const moment = OUTSIDE_CALLS.find((known) => known === `${name}.${method}`);
    return [method, moment && typeof call === 'function' ? between(call, moment, reach) : call];
  });
  return Object.fromEntries(wrapped);
}

// biome-ignore lint/complexity/noBannedTypes: whatever the port's method takes and gives is passed on as it is.
function between(call: Function, moment: OutsideCall, reach: ReachPoint) {
  return async (...values: readonly unknown[]): Promise<unknown> => {
    reach(`${moment}:before`);
    try {
      return await call(...values);
    } finally {
      reach(`${moment}:after`);
    }
  };
}
