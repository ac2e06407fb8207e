// The polling script of the beginning, faithfully: one list of builds of one definition on one branch every ten
// seconds, by every pipeline that waits. To measure what it costs, not to use it.
import { setTimeout as delay } from 'node:timers/promises';

export const SEED_INTERVAL_MS = 10_000;

/** Polls until the signal is aborted; gives back how many calls it made, and when it saw the build end. */
export async function pollAsTheSeed(options: {
  readonly organizationUrl: string;
  readonly project: string;
  readonly definitionId: number;
  readonly branch: string;
  readonly token: string;
  readonly signal: AbortSignal;
  /** Hears when no build is seen to run; the script then goes on, and so ends its polling. */
  readonly onEnded?: () => void;
}): Promise<number> {
  const { organizationUrl, project, definitionId, branch, token, signal, onEnded } = options;
  const query = new URLSearchParams({
    definitions: String(definitionId),
    branchName: branch,
    'api-version': '7.1',
  });
  const authorization = `Basic ${Buffer.from(`:${token}`).toString('base64')}`;
  let calls = 0;
  while (!signal.aborted) {
    calls++;
    const answer = await fetch(`${organizationUrl}/${project}/_apis/build/builds?${query}`, {
      headers: { authorization },
    });
    const { value } = (await answer.json()) as { readonly value: readonly { readonly status: string }[] };
    if (onEnded && value.every(({ status }) => status === 'completed')) {
      onEnded();
      break;
    }
    await delay(SEED_INTERVAL_MS, undefined, { signal }).catch(() => undefined);
  }
  return calls;
}
