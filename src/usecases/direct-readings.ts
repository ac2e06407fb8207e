// Readings for one caller without a store: each question goes to Azure DevOps, and the last answer is remembered. It
// must not decide anything; it exists so that assess-bases.ts can do its work where no PipeBot runs.
import type { Clock } from '../clock.ts';
import type { Build } from '../domain/build.ts';
import { placeKey } from '../domain/place.ts';
import type { AssessPorts } from './assess-bases.ts';
import type { Observation } from './observe-builds.ts';
import type { BuildsTarget, Log, Pipelines, Reading } from './ports.ts';
import { createTimelineReader } from './read-timelines.ts';

export interface DirectReadings extends AssessPorts {
  /** Whether Azure DevOps has answered at all. */
  readonly hasRead: boolean;
}

export function createDirectReadings(ports: {
  readonly pipelines: Pick<Pipelines, 'listBuilds' | 'getTimelineFacts'>;
  readonly clock: Clock;
  readonly log: Log;
}): DirectReadings {
  const { pipelines, clock } = ports;
  const last = new Map<string, Observation>();
  const approvals = new Map<number, NonNullable<Build['pendingApproval']>>();
  // Nobody has subscribed here, so only running builds are asked what they wait for.
  const timelines = createTimelineReader({
    ...ports,
    records: { findBuilds: async () => [] },
    subscriptions: { listByDefinition: async () => [] },
  });

  /** A list never tells of approvals, so what was learned of one stays until the timeline is asked again. */
  async function withApprovals(target: BuildsTarget, reading: Reading): Promise<Build[]> {
    for (const [id, { pendingApproval }] of await timelines.ofReading(target, reading)) {
      if (pendingApproval) approvals.set(id, pendingApproval);
      else approvals.delete(id);
    }
    return reading.builds.map((build) => {
      const pendingApproval = build.status === 'inProgress' ? approvals.get(build.id) : undefined;
      return pendingApproval ? { ...build, pendingApproval } : build;
    });
  }

  return {
    get hasRead() {
      return last.size > 0;
    },
    observer: {
      async latest(target) {
        const readAt = clock.now();
        const reading = await pipelines.listBuilds(target);
        const observation = { ...reading, builds: await withApprovals(target, reading), readAt };
        last.set(keyOf(target), observation);
        return observation;
      },
    },
    records: { lastReading: async (target) => last.get(keyOf(target)) },
  };
}

function keyOf(target: BuildsTarget): string {
  return `${placeKey(target)} ${target.definitionIds.join()}`;
}
