// A process of its own on a data folder, for data-dir.test.ts to start, read and kill. Prints one line for
// each thing that has happened: `open`, then a number for every transaction that was acknowledged.
import { openDatabase } from '../../src/store/database.ts';

const [dataDir = ''] = process.argv.slice(2);
const database = await openDatabase({ dataDir });
await database.execute('create table if not exists pairs (n integer, half text, primary key (n, half))');
process.stdout.write('open\n');
const [last] = await database.query<{ n: number }>('select coalesce(max(n), 0) as n from pairs');
for (let n = (last?.n ?? 0) + 1; ; n += 1) {
  await database.transaction(async () => {
    await database.query(`insert into pairs values ($1, 'left')`, [n]);
    await database.query(`insert into pairs values ($1, 'right')`, [n]);
  });
  process.stdout.write(`${n}\n`);
}
