// `pipebot gate`: waits until a base is decided, at a PipeBot server or without one, and ends with 0, 1 or 2 as the
// pipeline step that called it needs. It must not end with 0 unless the decision is `continue`.
import { askAzureDevOps } from './ask-azure-devops.ts';
import { askServer } from './ask-server.ts';
import { type GateQuestion, readGateArguments } from './gate-arguments.ts';
import { createGateReport, type GateOutcome } from './gate-report.ts';
import type { Command, CommandContext, ExitCode } from './terminal.ts';

export const runGate: Command = async (words, context) => {
  const { clock, environment, print, note } = context;
  const question = readGateArguments(words, environment);
  if ('problem' in question) {
    note(question.problem);
    note('pipebot gate --help shows all options.');
    return 2;
  }
  const isPipeline = /^true$/i.test(environment['TF_BUILD'] ?? '');
  const report = createGateReport({
    ...{ clock, print, note, isPipeline, isJson: question.isJson, waitMs: waitOf(question) },
    rewrite: isPipeline ? undefined : rewriterOf(context, question.isJson),
    secrets: question.way === 'server' ? [question.key] : [],
  });
  const signal = context.interruption?.() ?? new AbortController().signal;
  const asking = { clock, signal, report, random: Math.random };
  const outcome =
    question.way === 'server' ? await askServer(question, asking) : await askAzureDevOps(question, asking);
  report.end(outcome);
  return exitCodeOf(outcome);
};

function waitOf(question: GateQuestion): number {
  return question.way === 'server' ? question.waitMs : question.gate.policy.timeoutMs;
}

function rewriterOf({ rewriteOutput, rewriteError }: CommandContext, isJson: boolean) {
  return isJson ? rewriteError : rewriteOutput;
}

function exitCodeOf(outcome: GateOutcome): ExitCode {
  if (outcome.kind === 'interrupted') return 130;
  if (outcome.kind !== 'decided') return 2;
  const { decision, reason } = outcome.body;
  if (decision === 'continue') return 0;
  return decision === 'stop' && reason !== 'timed-out' ? 1 : 2;
}
