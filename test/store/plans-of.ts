// How the database goes about what a store asks. For tests of indexes; needs no vitest.
import type { Database } from '../../src/store/database.ts';

/** A store on what it is given; it can do all that stores do, and every statement is explained. */
export type Ask = (database: Pick<Database, 'query' | 'transaction'>) => Promise<unknown>;

/**
 * Runs `ask` and gives back the plan of every statement of it.
 * @param settings SQL that is run first, for this one transaction
 */
export async function plansOf(database: Database, ask: Ask, settings = 'select'): Promise<string> {
  const plans: string[] = [];
  await database.transaction(async () => {
    await database.execute(settings);
    await ask({
      query: async <Row>(sql: string, parameters?: readonly unknown[]) => {
        const plan = await database.query<Record<string, string>>(`explain ${sql}`, parameters);
        plans.push(...plan.flatMap((row) => Object.values(row)));
        return await database.query<Row>(sql, parameters);
      },
      transaction: (work) => database.transaction(work),
    });
  });
  return plans.join('\n');
}
