import { expect, it } from 'vitest';
import type { ServiceHook } from '../../src/domain/hook.ts';
import { WANTED_HOOKS } from '../../src/domain/hook-findings.ts';
import { PipeBotError } from '../../src/errors.ts';
import type { ServiceHooks } from '../../src/usecases/hook-ports.ts';
import { installHooks } from '../../src/usecases/install-hooks.ts';

const REQUEST = {
  wanted: WANTED_HOOKS,
  url: 'https://pipebot.example.com/api/hooks/azure-devops',
  password: { reveal: () => 'secret' },
};
const SHOP = { organization: 'contoso', project: 'Shop' };

/** Azure DevOps with one project, which takes so many hooks. */
function organizationOf(
  most: number,
  problem: unknown = new PipeBotError('azure-unavailable'),
): ServiceHooks {
  const hooks: ServiceHook[] = [];
  return {
    list: async () => [...hooks],
    getProject: async () => ({ id: 'a-guid', name: 'Shop' }),
    create: async (_, { publisherId, eventType, url, projectId }) => {
      if (hooks.length === most) throw problem;
      const hook = {
        ...{ id: `${hooks.length}`, publisherId, eventType, url, projectId },
        status: 'enabled',
      } as const;
      hooks.push(hook);
      return hook;
    },
  };
}

it('tells what was made before it was refused, and makes the rest another time', async () => {
  const hooks = organizationOf(2);
  const [report] = await installHooks(hooks, { ...REQUEST, projects: [SHOP] });
  expect([report?.made.length, report?.error?.code]).toEqual([2, 'azure-unavailable']);
  const [again] = await installHooks(
    { ...organizationOf(9), list: hooks.list },
    { ...REQUEST, projects: [SHOP] },
  );
  expect([again?.found.length, again?.made.length, again?.error]).toEqual([2, 3, undefined]);
});

it('a project that the services file calls by two names gets its hooks once', async () => {
  const projects = [SHOP, { organization: 'contoso', project: 'a-guid' }];
  const reports = await installHooks(organizationOf(9), { ...REQUEST, projects });
  expect(reports.map(({ made, found }) => [made.length, found.length])).toEqual([
    [5, 0],
    [0, 5],
  ]);
});

it('a bug is no answer of Azure DevOps', async () => {
  const installed = installHooks(organizationOf(0, new TypeError('bug')), { ...REQUEST, projects: [SHOP] });
  await expect(installed).rejects.toThrow('bug');
});
