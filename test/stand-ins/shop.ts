// The small believable organisation of the demo and the acceptance tests: six services on two bases, with a day
// of history behind them. It follows docs/pipebot.sample.yaml. It must not contain what a single test needs.
import type { ScriptedClock } from '../support/scripted-clock.ts';
import type {
  AzureDevOpsStandIn,
  StandInBuild,
  StandInDefinition,
} from './azure-devops/azure-devops-stand-in.ts';

const MINUTE_MS = 60_000;

export interface Shop {
  readonly pythonBase: StandInDefinition;
  readonly nodeBase: StandInDefinition;
  /** Build definitions by service name. */
  readonly builds: Readonly<Record<ServiceName, StandInDefinition>>;
}

export type ServiceName = 'payments' | 'checkout' | 'accounts' | 'search' | 'catalog' | 'shipping';

const DEFINITIONS = {
  payments: 184,
  checkout: 185,
  accounts: 186,
  search: 190,
  catalog: 191,
  shipping: 192,
} as const;

/** Adds the definitions only; nothing has ever run. */
export function addShop(azure: AzureDevOpsStandIn): Shop {
  const project = azure.addProject('Shop');
  const add = (id: number, name: string, defaultBranch: string) =>
    azure.addDefinition(project, { id, name, defaultBranch: `refs/heads/${defaultBranch}` });
  const build = (service: ServiceName) => add(DEFINITIONS[service], `${service}-ci`, 'develop');
  return {
    pythonBase: add(183, 'python-base', 'develop'),
    nodeBase: add(283, 'node-base', 'main'),
    builds: {
      payments: build('payments'),
      checkout: build('checkout'),
      accounts: build('accounts'),
      search: build('search'),
      catalog: build('catalog'),
      shipping: build('shipping'),
    },
  };
}

type Ending = 'succeeded' | 'partiallySucceeded' | 'canceled' | 'failed';

/** Plays the day before: bases and services that succeeded, failed, were canceled and rerun. Moves the clock. */
export async function playHistory(
  azure: AzureDevOpsStandIn,
  shop: Shop,
  clock: ScriptedClock,
): Promise<void> {
  const run = async (
    definition: StandInDefinition,
    branch: string,
    [minutes, ending]: [number, Ending],
  ): Promise<StandInBuild> => {
    const build = azure.queueBuild(definition, {
      branch: `refs/heads/${branch}`,
      requestedFor: 'Grace Hopper',
    });
    await clock.advance(MINUTE_MS / 4);
    build.start();
    await clock.advance(minutes * MINUTE_MS);
    end(build, ending);
    return build;
  };
  await run(shop.pythonBase, 'develop', [11, 'succeeded']);
  await run(shop.nodeBase, 'main', [7, 'succeeded']);
  await run(shop.builds.payments, 'develop', [4, 'succeeded']);
  await clock.advance(300 * MINUTE_MS);
  const flaky = await run(shop.pythonBase, 'develop', [9, 'failed']);
  await clock.advance(5 * MINUTE_MS);
  flaky.rerun();
  await clock.advance(12 * MINUTE_MS);
  flaky.succeed();
  await run(shop.builds.search, 'feature/synonyms', [6, 'failed']);
  await run(shop.builds.checkout, 'develop', [5, 'canceled']);
  await clock.advance(600 * MINUTE_MS);
  await run(shop.pythonBase, 'develop', [13, 'partiallySucceeded']);
  await run(shop.nodeBase, 'main', [8, 'succeeded']);
  await run(shop.pythonBase, 'develop', [12, 'succeeded']);
  await run(shop.pythonBase, 'develop', [2, 'canceled']);
  await clock.advance(90 * MINUTE_MS);
}

function end(build: StandInBuild, ending: Ending): void {
  if (ending === 'succeeded') build.succeed();
  else if (ending === 'partiallySucceeded') build.partiallySucceed();
  else if (ending === 'canceled') build.cancel();
  else
    build.fail({ task: 'Install dependencies', errors: ['No matching distribution found for numpy==2.9.9'] });
}
