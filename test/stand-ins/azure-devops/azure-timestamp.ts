// Writes times as Azure DevOps does. Must not ask any clock.

/** The value Azure writes where a time was never set. */
export const PLACEHOLDER_TIMESTAMP = '0001-01-01T00:00:00';

/** Seven fraction digits, so that a reader that expects three is found out. */
export function toAzureTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace('Z', '0000Z');
}
