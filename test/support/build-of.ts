// Makes builds for tests: every field has a plain default, so that a test names only what it is about.
import type { Build } from '../../src/domain/build.ts';

/** 2026-11-22 06:00 UTC; builds are queued a minute apart, by id. */
export const DAWN = Date.UTC(2026, 10, 22, 6);

export function buildOf(given: Partial<Build> & Pick<Build, 'id'>): Build {
  const queuedAt = given.queuedAt ?? DAWN + given.id * 60_000;
  const hasEnded = ['completed', 'abandoned'].includes(given.status ?? 'completed');
  return {
    number: `20261122.${given.id}`,
    organization: 'contoso',
    project: 'Shop',
    definitionId: 183,
    definitionName: 'python-base',
    branch: 'refs/heads/develop',
    status: 'completed',
    reason: 'individualCI',
    queuedAt,
    url: `https://dev.azure.com/contoso/Shop/_build/results?buildId=${given.id}`,
    ...(hasEnded ? { startedAt: queuedAt + 5_000, finishedAt: queuedAt + 600_000 } : {}),
    ...given,
  };
}
