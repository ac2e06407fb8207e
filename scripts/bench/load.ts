// The way to the callers of load-process.ts and to the bare routes of bare-process.ts.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { BareReport } from './bare-process.ts';
import type {
  HoldOrder,
  HoldResult,
  LoadReport,
  PostOrder,
  PostResult,
  RateOrder,
  RateResult,
} from './load-process.ts';

export interface Load {
  rate(order: Omit<RateOrder, 'kind'>): Promise<RateResult>;
  /** Resolves when all have been asked; `answered` when all have been answered. */
  hold(order: Omit<HoldOrder, 'kind'>): Promise<{ readonly answered: Promise<HoldResult> }>;
  post(order: Omit<PostOrder, 'kind'>): Promise<PostResult>;
  stop(): void;
}

function start(file: string): ChildProcess {
  return fork(new URL(file, import.meta.url), { execArgv: [], env: { PATH: process.env['PATH'] ?? '' } });
}

export function startLoad(): Load {
  const child = start('./load-process.ts');
  const next = async (kind: LoadReport['kind']): Promise<unknown> => {
    for (;;) {
      const [report] = (await once(child, 'message')) as [LoadReport];
      if (report.kind === kind) return 'result' in report ? report.result : undefined;
    }
  };
  return {
    rate(order) {
      child.send({ kind: 'rate', ...order });
      return next('done') as Promise<RateResult>;
    },
    post(order) {
      child.send({ kind: 'post', ...order });
      return next('done') as Promise<PostResult>;
    },
    async hold(order) {
      const asked = next('asked');
      const answered = next('done') as Promise<HoldResult>;
      child.send({ kind: 'hold', ...order });
      await asked;
      return { answered };
    },
    stop: () => void child.kill('SIGKILL'),
  };
}

export async function startBareRoutes(): Promise<BareReport & { stop(): void }> {
  const child = start('./bare-process.ts');
  const [report] = (await once(child, 'message')) as [BareReport];
  return { ...report, stop: () => void child.kill('SIGKILL') };
}
