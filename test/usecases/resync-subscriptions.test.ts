// After a start subscriptions follow the services file, and nothing is written where they do already.
import { expect, test } from 'vitest';
import type { Base, ServiceCatalog } from '../../src/domain/service.ts';
import { ALL_SERVICES } from '../../src/domain/subscription.ts';
import { createStores } from '../../src/store/stores.ts';
import { resyncSubscriptions } from '../../src/usecases/resync-subscriptions.ts';
import { SUBSCRIPTION } from '../store/examples.ts';
import { eachMigratedDatabase } from '../support/databases.ts';

const SHOP = { organization: 'contoso', project: 'Shop', branch: 'refs/heads/develop' };
const PYTHON: Base = { name: 'python-base', definition: { ...SHOP, definitionId: 183 } };
const DOCS: Base = {
  name: 'docs-base',
  definition: { ...SHOP, definitionId: 9, repositoryId: 'contoso/docs' },
};

eachMigratedDatabase('after a start subscriptions', (open) => {
  async function bench() {
    const database = await open();
    const { subscriptions, conversations } = createStores(database);
    const saved: string[] = [];
    const start = async (...bases: readonly Base[]) => {
      saved.length = 0;
      const catalog: ServiceCatalog = { services: [], bases };
      await resyncSubscriptions({
        catalog,
        subscriptions: {
          ...subscriptions,
          saveDefinitions: async (id, definitions) => {
            saved.push(id);
            await subscriptions.saveDefinitions(id, definitions);
          },
        },
        transactions: database,
        conversations,
        home: { isLocal: true },
      });
      return [...saved];
    };
    for (const [id, service] of [
      ['all', ALL_SERVICES],
      ['python', 'python-base'],
      ['docs', 'docs-base'],
      ['gone', 'gone-base'],
    ] as const)
      await subscriptions.save({ ...SUBSCRIPTION, id, service }, []);
    return { subscriptions, start };
  }

  test('are written where the services file has changed, and a second start writes nothing', async () => {
    const { subscriptions, start } = await bench();
    expect(await start(PYTHON, DOCS)).toEqual(['all', 'docs', 'python']);
    expect(await start(DOCS, PYTHON)).toEqual([]);
    expect(await subscriptions.listDefinitions(SHOP)).toHaveLength(2);
  });

  test.each<[string, Base, readonly string[]]>([
    [
      'another definition',
      { ...PYTHON, definition: { ...PYTHON.definition, definitionId: 184 } },
      ['all', 'python'],
    ],
    [
      'another branch',
      { ...PYTHON, definition: { ...PYTHON.definition, branch: 'refs/heads/main' } },
      ['all', 'python'],
    ],
    [
      'another repository',
      { ...PYTHON, definition: { ...PYTHON.definition, repositoryId: 'contoso/payments' } },
      ['all', 'python'],
    ],
    [
      'other capitals in its project',
      { ...PYTHON, definition: { ...PYTHON.definition, project: 'SHOP' } },
      ['all', 'python'],
    ],
    ['nothing else', PYTHON, []],
  ])('follow a base that has %s', async (_case, base, written) => {
    const { start } = await bench();
    await start(PYTHON, DOCS);
    expect(await start(base, DOCS)).toEqual(written);
    expect(await start(base, DOCS)).toEqual([]);
  });

  test('lose a base that is gone', async () => {
    const { subscriptions, start } = await bench();
    await start(PYTHON, DOCS);
    expect(await start(PYTHON)).toEqual(['all', 'docs']);
    expect(await subscriptions.listDefinitionsOf(['docs'])).toEqual([]);
    expect(await subscriptions.listDefinitionsOf(['python', 'docs'])).toEqual([
      { subscriptionId: 'python', ...PYTHON.definition },
    ]);
  });
});
