// Waits at a gate without a PipeBot server, through the same adapter, assessment and decision as the server. It must not
// know what is shown.
import { createPipelines } from '../azure-devops/pipelines.ts';
import type { Clock } from '../clock.ts';
import { PipeBotError } from '../errors.ts';
import { toGateBody } from '../http/gate-body.ts';
import { errorSentence } from '../text/error.ts';
import { type PolledAnswer, pollGate } from '../usecases/poll-gate.ts';
import type { DirectQuestion } from './direct-arguments.ts';
import type { GateOutcome, GateReport } from './gate-report.ts';
import type { AnswerBody } from './read-gate-answer.ts';

export async function askAzureDevOps(
  { organization, gate }: DirectQuestion,
  context: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly report: Pick<GateReport, 'waiting' | 'trouble'>;
  },
): Promise<GateOutcome> {
  const { clock, signal, report } = context;
  const ignore = () => undefined;
  // What is wrong comes back as an error, and is told once.
  const log = { info: ignore, warn: ignore, error: ignore };
  const pipelines = createPipelines({ organizations: [organization], clock, log });
  signal.addEventListener('abort', () => pipelines.close(), { once: true });
  try {
    const answer = await pollGate(
      {
        ...{ pipelines, clock, log, signal },
        onWait: (waiting) => {
          if (waiting instanceof PipeBotError) report.trouble(toSentence(waiting));
          else report.waiting(toAnswerBody(waiting));
        },
      },
      gate,
    );
    if (answer === undefined) return { kind: 'interrupted' };
    if (!(answer instanceof PipeBotError)) return { kind: 'decided', body: toAnswerBody(answer) };
    const sentence = toSentence(answer);
    if (!answer.isRetryable)
      return { kind: 'refused', sentence, body: { error: answer.code, message: sentence } };
    return { kind: 'no-answer', sentence: `The time is up. ${sentence}` };
  } finally {
    pipelines.close();
  }
}

/** The server's body, without the id: nobody keeps this gate. */
function toAnswerBody(answer: PolledAnswer): AnswerBody {
  const { service, branch, retryAfterMs, ...rest } = answer;
  const { id: _, ...body } = toGateBody({
    ...{ id: '', service: service.name, branch, answer: rest },
    retryAfterMs: Math.max(retryAfterMs, service.policy.pollIntervalMs),
  });
  return body;
}

/** Here it is whoever starts the command who has to see to it, so the advice differs from that of the server. */
function toSentence(error: PipeBotError): string {
  const subject = error.details.subject ?? 'this';
  if (error.code === 'azure-unauthorized')
    return `Azure DevOps does not accept this token for ${subject}. Put one with the scope Build (read) into the environment as AZURE_DEVOPS_PAT; the job’s own (SYSTEM_ACCESSTOKEN) sees another project only if its settings allow that.`;
  if (error.code === 'azure-not-found')
    return `Azure DevOps shows no such pipeline or project in ${subject}: check --organization, --project and --definition, and that the token may see them.`;
  return errorSentence(error);
}
