// `release`: ends the hold of a service, or lets a single pipeline that waits continue.
import type { OpenGate } from '../../domain/content.ts';
import type { Asker } from '../../domain/permission.ts';
import type { Service } from '../../domain/service.ts';
import type { Reply } from '../../usecases/answer-message.ts';
import type { FindSubject } from '../../usecases/find-subject.ts';
import { endHold, type HoldPorts } from '../../usecases/hold-gate.ts';
import { gatesOf, type ListGatesPorts, listGates } from '../../usecases/list-gates.ts';
import type { IncomingMessage } from '../../usecases/ports.ts';
import { type ReleaseGatePorts, releaseGate } from '../../usecases/release-gate.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { ordererOf, reasonIn, refusalFor, wordsBeforeReason } from '../order-words.ts';
import { remark } from '../remark-reply.ts';

export const RELEASE: CommandDescription = {
  name: 'release',
  aliases: [],
  usage: 'release <service|run> [because <reason>]',
  summary: 'Ends a hold, or lets one waiting pipeline continue.',
  help: 'Ends the hold of a service; or, with the number of a run that waits at a gate, lets that one continue although its base is not ready. Only for the operators of the service.',
  examples: ['release payments', 'release 4711 because only the docs failed'],
  maxArguments: 2_000,
  readsMarkers: true,
};

export interface ReleaseCommandPorts extends HoldPorts, ReleaseGatePorts, ListGatesPorts {
  readonly holds: HoldPorts['holds'] & ReleaseGatePorts['holds'] & ListGatesPorts['holds'];
  readonly findSubject: FindSubject;
  readonly asker: Asker;
}

/** Ids of gates, and numbers of runs; whatever else is unknown was meant as a name. */
const GATE_OR_RUN = /^(#?\d[\w.-]{0,59}|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12})$/i;

export function createReleaseCommand(ports: ReleaseCommandPorts): ChatCommand {
  return {
    description: RELEASE,
    async run({ words, message }) {
      const [word, surplus] = wordsBeforeReason(words).filter((each) => each.toLowerCase() !== 'run');
      const [usage, example] = [RELEASE.usage, 'release payments'];
      if (word === undefined) return remark({ code: 'argument-missing', usage, example });
      if (surplus !== undefined)
        return remark({ code: 'argument-surplus', surplus: surplus.slice(0, 60), usage, example });
      const open = await listGates(ports);
      const gates = gatesOf(open.gates, word);
      if (gates.length > 0) return releaseOne(ports, message, { word, gates });
      const found = await ports.findSubject(word);
      if ('subject' in found) {
        const { named } = found.subject;
        if (named.kind === 'base') return remark({ code: 'base-has-no-gate', base: named.base.name });
        return endHoldOf(ports, message, named.service);
      }
      if (!GATE_OR_RUN.test(word)) return remark(found.remark);
      const suggestions = open.gates.flatMap(({ caller }) => (caller ? [`${caller.buildId}`] : []));
      return remark({
        code: 'gate-not-waiting',
        typed: word,
        suggestions: [...new Set(suggestions)].slice(0, 3),
      });
    },
  };
}

/** A run may wait at several gates; then somebody has to choose. */
async function releaseOne(
  ports: ReleaseCommandPorts,
  message: IncomingMessage,
  { word, gates }: { readonly word: string; readonly gates: readonly OpenGate[] },
): Promise<Reply> {
  const [gate, another] = gates;
  if (!gate || another)
    return { content: { kind: 'gates', gates, holds: [], typed: word, at: ports.clock.now() } };
  const service = ports.catalog.services.find(({ name }) => name === gate.service);
  const refusal = service && refusalFor(ports.asker, 'release', service);
  if (!service || refusal) return remark(refusal ?? gone(word));
  const { caller, ...rest } = gate;
  const by = ordererOf(message);
  return {
    ...remark(gone(word)),
    record: async () => {
      const asked = { ...rest, ...(caller ? { buildId: caller.buildId } : {}) };
      const release = await releaseGate(ports, asked, { by, because: reasonIn(message.text) });
      return release && { kind: 'released', gate, release };
    },
  };
}

function gone(word: string) {
  return { code: 'gate-not-waiting', typed: word, suggestions: [] } as const;
}

async function endHoldOf(
  ports: ReleaseCommandPorts,
  message: IncomingMessage,
  service: Service,
): Promise<Reply> {
  const refusal = refusalFor(ports.asker, 'release', service);
  if (refusal) return remark(refusal);
  const { gates } = await listGates(ports);
  const waiting = gates.filter((gate) => gate.service === service.name).length;
  return {
    ...remark({ code: 'not-held', service: service.name }),
    record: async () => {
      const hold = await endHold(ports, service.name, ordererOf(message));
      return hold && { kind: 'hold', hold, waiting, at: ports.clock.now() };
    },
  };
}
