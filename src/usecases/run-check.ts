// Looks at a check: decides its gate anew and tells its pipeline what has changed, or the verdict. Each look leaves the
// job for the next one before it does anything, so that none is forgotten. It must not decide by itself, and must not
// tell a verdict that is not stored.
import { nextHeartbeatAt, TOKEN_LIFE_MS } from '../domain/check-progress.ts';
import { findNamed, type Service } from '../domain/service.ts';
import { type CheckAtWork, endCheck, note, type RunCheckPorts } from './check-at-work.ts';
import { decideNow, latestPollMs, orderEndsAt } from './decide-now.ts';
import { placesOfGate } from './gate-interest.ts';
import { FRESH_MS } from './get-status.ts';
import { enqueueRun } from './open-check.ts';
import type { CheckRecord, GateRecord } from './ports.ts';
import { beginTask, tellProgress } from './tell-progress.ts';
import { type CheckVerdict, sendVerdict, tellVerdict } from './tell-verdict.ts';

/** One look. @throws PipeBotError store-*, and then it is looked at again */
export async function runCheck(ports: RunCheckPorts, { id }: { readonly id: string }): Promise<void> {
  const check = await ports.checks.find(id);
  if (!check || check.end) return;
  const now = ports.clock.now();
  if (now - check.receivedAt > TOKEN_LIFE_MS) return giveUp(ports, check);
  const [gate, token] = [await ports.gates.find(id), await ports.checks.tokenOf(id)];
  if (!gate) return endCheck(ports, check, 'token-dead');
  if (!token) return waitForKey(ports, check);
  const { planVersion } = check.progress;
  const task = { ...check.target, ...(planVersion === undefined ? {} : { planVersion }) };
  const work = { check, gate, token, task };
  if (check.progress.isServiceLost) return sendVerdict(ports, work, LOST_SERVICE);
  if (gate.decision && gate.decision.verdict !== 'wait') return tellVerdict(ports, work);
  const heartbeatAt = nextHeartbeatAt(check.progress, now);
  await enqueueRun(ports, id, heartbeatAt);
  const begun = await beginTask(ports, work);
  if (begun.end) return endCheck(ports, check, begun.end);
  // Taken back while its pipeline was spoken to.
  if (begun.work) await look(ports, { work: begun.work, heartbeatAt });
}

/** Whatever kept it from being told: its pipeline's own time-out ends that wait. */
async function giveUp(ports: RunCheckPorts, check: CheckRecord): Promise<void> {
  const { attempts = 0 } = check.progress;
  ports.log.error({ gateId: check.id, attempts }, 'check given up: the token of its run is too old');
  await endCheck(ports, check, 'token-dead');
}

const KEY_LOOK_MS = 5 * 60_000;

/** Another instance may have the key, or an administrator may give it back; a token that is deleted is lost. */
async function waitForKey(ports: RunCheckPorts, { id }: CheckRecord): Promise<void> {
  ports.log.error({ gateId: id }, 'a token was kept with another key than those of PIPEBOT_SECRET_KEY');
  await enqueueRun(ports, id, ports.clock.now() + KEY_LOOK_MS);
}

const LOST_SERVICE = {
  result: 'failed',
  sentence: 'PipeBot no longer knows this service, so nobody can say whether its base is ready.',
} as const satisfies CheckVerdict;

interface Look {
  readonly work: CheckAtWork;
  /** When it is looked at again anyway. */
  readonly heartbeatAt: number;
}

async function look(ports: RunCheckPorts, { work, heartbeatAt }: Look): Promise<void> {
  const { check, gate } = work;
  const named = findNamed({ ...ports.catalog, bases: [] }, gate.service);
  const service = named?.kind === 'service' ? named.service : undefined;
  if (!service) return failLostService(ports, work);
  // The poll reads for all who wait; only the first look may not want to wait for it.
  const maxAgeMs = gate.decision ? latestPollMs(service) : FRESH_MS;
  const decided = await decideNow(ports, { request: { service }, gate, maxAgeMs });
  const now = ports.clock.now();
  const asked = { ...gate, branch: decided.branch, decision: decided.decision, decidedAt: now };
  const standing = await ports.saveGate(asked);
  const decision = standing.decision ?? decided.decision;
  if (decision.verdict !== 'wait') return tellVerdict(ports, { ...work, gate: standing });
  await stayInterested(ports, { service, gate: standing, readAt: decided.readAt ?? now, heartbeatAt });
  // Who could not even be told that it has started is asked again first.
  if (!check.progress.isStarted) return;
  const end = await tellProgress(ports, { ...work, gate: standing });
  if (end) await endCheck(ports, check, end);
}

/** Stored before it is told, as every verdict: the services file may have its service again before it has arrived. */
async function failLostService(ports: RunCheckPorts, work: CheckAtWork): Promise<void> {
  const noted = await note(ports, work, { ...work.check.progress, isServiceLost: true });
  if (noted) await sendVerdict(ports, noted, LOST_SERVICE);
}

/** The base is polled for it, and it is looked at again when time alone can change the answer. */
async function stayInterested(
  ports: RunCheckPorts,
  {
    service,
    gate,
    readAt,
    heartbeatAt,
  }: {
    readonly service: Service;
    readonly gate: GateRecord;
    readonly readAt: number;
    readonly heartbeatAt: number;
  },
): Promise<void> {
  for (const place of placesOfGate(service, gate.branch)) await ports.ensurePolled(place, 'gate');
  const now = ports.clock.now();
  const settledAt = gate.askedAt + (gate.settleMs || SETTLE_LOOK_MS);
  // Who settles waits for what does not change, and no change wakes it.
  const isSettling = gate.decision?.reason === 'settling';
  const settleAt = isSettling ? Math.max(settledAt, readAt + service.policy.pollIntervalMs) : gate.deadlineAt;
  const orderAt = gate.decision ? orderEndsAt(gate.decision, now) : gate.deadlineAt;
  const lookAt = Math.max(Math.min(settleAt, orderAt, gate.deadlineAt), now + 1);
  // The earlier time would count anyway; most of those who wait have nothing that comes sooner.
  if (lookAt < heartbeatAt) await enqueueRun(ports, gate.id, lookAt);
}

/** As long as a `commit=` may take to appear. */
const SETTLE_LOOK_MS = 30_000;
