// `hold`: every gate of a service waits, or stops, until it is released or the time is over.
import { parseDuration } from '../../domain/duration.ts';
import { DEFAULT_HOLD_MS, type HoldRecord, MAX_HOLD_MS, MIN_HOLD_MS } from '../../domain/hold.ts';
import type { Asker } from '../../domain/permission.ts';
import type { Service } from '../../domain/service.ts';
import type { Reply } from '../../usecases/answer-message.ts';
import type { FindSubject } from '../../usecases/find-subject.ts';
import { type HoldPorts, holdGate } from '../../usecases/hold-gate.ts';
import { type ListGatesPorts, listGates } from '../../usecases/list-gates.ts';
import type { IncomingMessage } from '../../usecases/ports.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { ordererOf, reasonIn, refusalFor, wordsBeforeReason } from '../order-words.ts';
import { remark } from '../remark-reply.ts';

export const HOLD: CommandDescription = {
  name: 'hold',
  aliases: [],
  usage: 'hold <service> [duration] [stop] because <reason>',
  summary: 'Makes every pipeline wait at the gate of a service.',
  help: 'Makes every pipeline wait at the gate of a service until it is released: for a day, or as long as you say, 30 days at most. With "stop" they stop at once instead of waiting. Only for the operators of the service.',
  examples: ['hold payments 2h because migration', 'hold payments stop because the image lacks libpq'],
  // The reason is as long as it is.
  maxArguments: 2_000,
  readsMarkers: true,
};

export interface HoldCommandPorts extends HoldPorts, ListGatesPorts {
  readonly holds: HoldPorts['holds'] & ListGatesPorts['holds'];
  readonly findSubject: FindSubject;
  readonly asker: Asker;
  readonly newId: () => string;
}

export function createHoldCommand(ports: HoldCommandPorts): ChatCommand {
  return {
    description: HOLD,
    async run({ words, message }) {
      const [word, ...rest] = wordsBeforeReason(words);
      if (word === undefined) return missing('hold payments 2h because migration');
      const found = await ports.findSubject(word);
      if ('remark' in found) return remark(found.remark);
      const { named } = found.subject;
      if (named.kind === 'base') return remark({ code: 'base-has-no-gate', base: named.base.name });
      const { service } = named;
      const refusal = refusalFor(ports.asker, 'hold', service);
      if (refusal) return remark(refusal);
      const because = reasonIn(message.text);
      if (because === '') return missing(`hold ${service.name} 2h because migration`);
      return place(ports, message, { service, because, ...readManner(rest) });
    },
  };
}

interface Manner {
  readonly verdict: HoldRecord['verdict'];
  /** What was said of how long; empty when nothing was. */
  readonly typed: string;
}

/** "2h stop", "stop for 2 h": in any order. */
function readManner(words: readonly string[]): Manner {
  const isStop = (word: string) => word.toLowerCase() === 'stop';
  const typed = words.filter((word) => !isStop(word) && !['for', 'wait'].includes(word.toLowerCase()));
  return { verdict: words.some(isStop) ? 'stop' : 'wait', typed: typed.join(' ') };
}

async function place(
  ports: HoldCommandPorts,
  message: IncomingMessage,
  { service, because, verdict, typed }: Manner & { readonly service: Service; readonly because: string },
): Promise<Reply> {
  const durationMs = typed === '' ? DEFAULT_HOLD_MS : parseDuration(typed);
  if (durationMs === undefined || durationMs < MIN_HOLD_MS || durationMs > MAX_HOLD_MS) {
    const example = `hold ${service.name} 2h because migration`;
    return remark({ code: 'duration-invalid', typed: typed.slice(0, 60), example, maxMs: MAX_HOLD_MS });
  }
  const at = ports.clock.now();
  const hold: HoldRecord = {
    ...{ id: ports.newId(), service: service.name, verdict, by: ordererOf(message), because },
    ...{ at, until: at + durationMs },
  };
  const { gates } = await listGates(ports);
  const waiting = gates.filter((gate) => gate.service === service.name).length;
  const placed = { kind: 'hold', hold, waiting, at, ...(typed === '' ? { isUsualTime: true } : {}) } as const;
  return {
    content: placed,
    record: async () => {
      const replaced = await holdGate(ports, hold);
      return replaced && { ...placed, replaced };
    },
  };
}

function missing(example: string): Reply {
  return remark({ code: 'argument-missing', usage: HOLD.usage, example });
}
