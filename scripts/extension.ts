// npm run extension -- --publisher <id>: packs infra/azure-devops-extension into out/. It uploads nothing.
import { parseArgs } from 'node:util';
import { packExtension } from './extension/pack-extension.ts';

const USAGE = 'npm run extension -- --publisher contoso [--output out/]';
/** As the Marketplace allows them. */
const PUBLISHER = /^[A-Za-z0-9][\w-]{0,127}$/;

function readArguments(): { readonly publisher?: string | undefined; readonly output: string } {
  const options = { publisher: { type: 'string' }, output: { type: 'string', default: 'out/' } } as const;
  return parseArgs({ options }).values;
}

try {
  const { publisher, output } = readArguments();
  if (publisher === undefined || !PUBLISHER.test(publisher)) {
    console.error(
      'An extension belongs to a publisher of the Visual Studio Marketplace. ' +
        `Say which is yours, with its id and not its name: ${USAGE}`,
    );
    process.exitCode = 2;
  } else {
    console.log(`packed ${await packExtension({ publisher, outputPath: output })}`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
