// Teams takes a share of all messages and does not say so: the answer is a reset, a gateway's 504 or nothing at all.
import type { TeamsConnectorStandIn } from '../../test/stand-ins/teams-connector/teams-connector-stand-in.ts';
import { pick, type Random } from '../../test/support/generated-history.ts';
import { conversationIn } from './screen.ts';

export interface LostSends {
  /** Draws for what was sent since the last call. */
  tick(): void;
  readonly sends: number;
  readonly lost: number;
}

/** One fault is armed for every send that the lot falls on; it meets the next send. */
export function loseSends(teams: TeamsConnectorStandIn, random: Random, share: number): LostSends {
  const { ledger } = teams;
  const counts = { sends: 0, lost: 0 };
  let seen = 0;
  return {
    tick() {
      for (; seen < ledger.length; seen += 1) {
        const entry = ledger[seen];
        if (!entry || conversationIn(entry.path) === undefined) continue;
        counts.sends += 1;
        if (entry.accepted && entry.answeredStatus !== 200 && entry.answeredStatus !== 201) counts.lost += 1;
        if (random() >= share) continue;
        teams.injectFault({
          match: { path: /\/activities/ },
          times: 1,
          effect: { kind: pick(random, ['accept-then-reset', 'accept-then-504', 'accept-then-hang']) },
        });
      }
    },
    get sends() {
      return counts.sends;
    },
    get lost() {
      return counts.lost;
    },
  };
}
