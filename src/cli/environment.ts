// The environment of a program that was started from a terminal or by a service manager: its variables, and those
// of a file `.env` in its folder. It must not look at any of them.
import { readFileSync } from 'node:fs';
import process from 'node:process';

/** What the process has goes before what the file says; `problem` is a sentence. */
export function readEnvironment():
  | { readonly value: Readonly<Record<string, string | undefined>> }
  | { readonly problem: string } {
  try {
    // Read first, since loadEnvFile says ENOENT of one that may not be read, too.
    readFileSync('.env');
    process.loadEnvFile('.env');
  } catch (error) {
    // There need not be one: the environment itself may hold everything.
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOENT')
      return { problem: `.env cannot be read (${code}). Give this account the right, or remove it.` };
  }
  return { value: process.env };
}
