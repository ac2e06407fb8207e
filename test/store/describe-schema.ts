// Writes a schema down as one would have typed it, from PostgreSQL's catalog. For reading and comparing only:
// it knows the kinds of objects that PipeBot uses and names those it does not.
import type { Database } from '../../src/store/database.ts';

const COLUMNS = `
  select class.relname as "table", format('%I %s%s%s', attribute.attname,
    format_type(attribute.atttypid, attribute.atttypmod),
    case when attribute.attnotnull then ' not null' else '' end,
    case
      when attribute.attgenerated = 's' then format(' generated always as (%s) stored', pg_get_expr(adbin, adrelid))
      when attribute.attidentity = 'a' then ' generated always as identity'
      when adbin is not null then format(' default %s', pg_get_expr(adbin, adrelid))
      else '' end) as line
  from pg_attribute attribute
  join pg_class class on class.oid = attribute.attrelid and class.relkind = 'r'
  left join pg_attrdef on adrelid = class.oid and adnum = attribute.attnum
  where class.relnamespace = $1::regnamespace and attribute.attnum > 0 and not attribute.attisdropped
  order by class.relname collate "C", attribute.attnum`;

// Not-null constraints are in the columns above; only PostgreSQL 18 and newer list them here as well.
const CONSTRAINTS = `
  select class.relname as "table", format('constraint %I %s', conname, pg_get_constraintdef(pg_constraint.oid)) as line
  from pg_constraint join pg_class class on class.oid = conrelid
  where connamespace = $1::regnamespace and contype <> 'n'
  order by contype = 'p' desc, conname collate "C"`;

const OPTIONS = `
  select relname as "table", array_to_string(reloptions, ', ') as line
  from pg_class where relnamespace = $1::regnamespace and relkind = 'r' and reloptions is not null`;

const INDEXES = `
  select class.relname as "table", pg_get_indexdef(indexrelid) as line
  from pg_index join pg_class class on class.oid = indrelid
  where class.relnamespace = $1::regnamespace
    and not exists (select from pg_constraint where conindid = indexrelid)
  order by indexrelid::regclass::text collate "C"`;

/** Everything that is neither a table nor belongs to one. */
const OTHERS = `
  select format('-- also: relation %s of kind %s', relname, relkind) as line
  from pg_class class
  where relnamespace = $1::regnamespace and relkind not in ('r', 'i', 't')
    and not exists (select from pg_depend where objid = class.oid and deptype = 'i')
  union all select format('-- also: function %s', proname) from pg_proc where pronamespace = $1::regnamespace
  union all select format('-- also: trigger %s', tgname) from pg_trigger join pg_class on pg_class.oid = tgrelid
    where relnamespace = $1::regnamespace and not tgisinternal
  order by line`;

interface Line {
  readonly table: string;
  readonly line: string;
}

/** The tables of a schema in alphabetical order, each with its columns, constraints and indexes. */
export async function describeSchema(database: Database, schema: string): Promise<string> {
  const linesOf = async (sql: string) => await database.query<Line>(sql, [schema]);
  const columns = await linesOf(COLUMNS);
  const constraints = await linesOf(CONSTRAINTS);
  const options = await linesOf(OPTIONS);
  const indexes = await linesOf(INDEXES);
  const tables = [...new Set(columns.map(({ table }) => table))].map((table) => {
    const of = (lines: readonly Line[]) =>
      lines.filter((line) => line.table === table).map(({ line }) => line);
    const body = [...of(columns), ...of(constraints)].map((line) => `  ${line}`).join(',\n');
    const withOptions = of(options).map((line) => ` with (${line})`);
    return [`create table ${schema}.${table} (\n${body}\n)${withOptions}`, ...of(indexes)].join(';\n');
  });
  const others = (await linesOf(OTHERS)).map(({ line }) => line);
  return `${[...tables.map((table) => `${table};`), ...others].join('\n\n')}\n`;
}
