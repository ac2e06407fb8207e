// Packs the Azure DevOps extension with tfx-cli, Microsoft's own packer, in a process of its own. It uploads nothing.
import { execFile } from 'node:child_process';
import { mkdir, readFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const PACKER = join(ROOT, 'node_modules', 'tfx-cli', '_build', 'tfx-cli.js');
const EXTENSION = join(ROOT, 'infra', 'azure-devops-extension');
/** Ids as the Marketplace allows them. */
const PUBLISHER = /^[A-Za-z0-9][\w-]{0,127}$/;
/** It takes about a second. */
const DEADLINE_MS = 60_000;

export interface Packing {
  /** Id of a publisher of the Visual Studio Marketplace. */
  readonly publisher: string;
  /** A folder. */
  readonly outputPath: string;
}

/** The path of the `.vsix`. Throws when there is no publisher, and with what the packer printed when it refuses. */
export async function packExtension({ publisher, outputPath }: Packing): Promise<string> {
  if (!PUBLISHER.test(publisher)) {
    throw new Error(
      'An extension belongs to a publisher of the Visual Studio Marketplace. Say which is yours, with its id and not ' +
        'its name: npm run extension -- --publisher contoso',
    );
  }
  const manifest = JSON.parse(await readFile(join(EXTENSION, 'vss-extension.json'), 'utf8'));
  await mkdir(outputPath, { recursive: true });
  const file = join(resolve(outputPath), `${manifest.id}-${manifest.version}.vsix`);
  const words = ['--root', EXTENSION, '--manifests', 'vss-extension.json', '--publisher', publisher];
  const options = ['--output-path', file, '--no-prompt', '--no-color'];
  try {
    await promisify(execFile)(process.execPath, [PACKER, 'extension', 'create', ...words, ...options], {
      timeout: DEADLINE_MS,
    });
  } catch (cause) {
    const printed = cause as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${basename(file)} was not packed. ${printed.stderr || printed.stdout || cause}`, {
      cause,
    });
  }
  return file;
}
