// The way from rows back to domain values. It must not know any table.

type NullableKey<Row> = { [Key in keyof Row]: null extends Row[Key] ? Key : never }[keyof Row];
type FromColumn<Column> = Column extends Date ? number : Column;

/** A row as the domain has it: nulls are absent, instants are ms since the epoch. */
export type FromRow<Row> = {
  [Key in Exclude<keyof Row, NullableKey<Row>>]: FromColumn<Row[Key]>;
} & { [Key in NullableKey<Row>]?: FromColumn<NonNullable<Row[Key]>> };

/** Takes the nulls out of a row and turns its instants into numbers; jsonb values stay as they are. */
export function fromRow<Row extends object>(row: Row): FromRow<Row> {
  const columns = Object.entries(row)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => [name, value instanceof Date ? value.getTime() : value]);
  // Built from entries, its type cannot be followed by the compiler.
  return Object.fromEntries(columns) as FromRow<Row>;
}
