// Makes the events that Azure sends when something happens to a build, as they are in 2026. Must not send them.
import { toAzureTimestamp } from './azure-timestamp.ts';
import { toBuildEvent } from './build-event.ts';
import { deterministicGuid } from './deterministic-guid.ts';
import type { BuildState, OrganizationState } from './organization-state.ts';
import { toApprovalEvent, toJobEvent, toRunEvent, toStageEvent } from './run-events.ts';
import type { BuildNews, EventDraft, HookEvent } from './service-hook-state.ts';

/** In the order in which they happen. What they tell is as it is at this moment, however late they are sent. */
export function toHookEvents(state: OrganizationState, build: BuildState, news: BuildNews): HookEvent[] {
  const createdDate = toAzureTimestamp(state.clock.now());
  return toDrafts(state, build, news).map((draft) => ({
    ...draft,
    id: nextEventId(state),
    createdDate,
    projectId: build.definition.project.id,
    buildId: build.id,
  }));
}

function nextEventId(state: OrganizationState): string {
  state.hookSequence += 1;
  return deterministicGuid(`event/${state.name}/${state.hookSequence}`);
}

function toDrafts(state: OrganizationState, build: BuildState, news: BuildNews): EventDraft[] {
  switch (news) {
    case 'queued':
    case 'cancelling':
      return [toRunEvent(state, build)];
    case 'runs-again':
      return [toRunEvent(state, build), toStageEvent(state, build, 'Build', 'running')];
    case 'started':
      return [toStageEvent(state, build, 'Build', 'running'), toJobEvent(state, build)];
    case 'approval-pending':
      return [
        toStageEvent(state, build, 'Publish', 'waiting'),
        toApprovalEvent(state, build, 'approval-pending'),
      ];
    case 'approval-completed':
      return [toApprovalEvent(state, build, 'approval-completed')];
    case 'ended': {
      const hasRun = build.startTime !== undefined;
      const inner = hasRun
        ? [toJobEvent(state, build), toStageEvent(state, build, 'Build', 'completed')]
        : [];
      return [...inner, toRunEvent(state, build), toBuildEvent(state, build)];
    }
  }
}
