// npm run extension -- --publisher <id>: packs infra/azure-devops-extension into out/. It uploads nothing.
import { parseArgs } from 'node:util';
import { packExtension } from './extension/pack-extension.ts';

try {
  const options = { publisher: { type: 'string' }, output: { type: 'string', default: 'out' } } as const;
  const { publisher = '', output } = parseArgs({ options }).values;
  console.log(`packed ${await packExtension({ publisher, outputPath: output })}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
