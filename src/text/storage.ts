// What an operator must know about the database, for the start-up line.

/** Which database it is, and what it survives. */
export function storageNote(kind: 'embedded' | 'server'): string {
  return kind === 'server'
    ? 'PostgreSQL server'
    : 'embedded database: it survives a crash of this process, but not of the machine or its power; for production set DATABASE_URL to a PostgreSQL server';
}
