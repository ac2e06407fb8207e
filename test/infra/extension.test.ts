// The Azure DevOps extension: its task and manifest keep the rules that can be checked without Azure DevOps, its icons are
// what the drawing says, and the packer makes a .vsix of it that holds what it must.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { packExtension } from '../../scripts/extension/pack-extension.ts';
import { decodePng, drawPixels, encodePng } from '../../scripts/icons/draw-icon.ts';
import { EXTENSION_ICONS, ICON_SOURCE } from '../../scripts/icons/extension-icons.ts';
import type { TaskInput } from '../support/expand-task-request.ts';
import { INFRA, readJson } from './azure-run.ts';

const ROOT = join(INFRA, '..');
const EXTENSION = join(INFRA, 'azure-devops-extension');
const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
const manifest = readJson('azure-devops-extension', 'vss-extension.json');
const task = readJson('azure-devops-extension', 'PipeBotGate', 'task.json');
const [connection, gate] = manifest.contributions;

describe('the task', () => {
  it('keeps its id for ever, since pipelines know it by that', () => {
    expect(task).toMatchObject({ id: '5c99137c-147f-4dc7-bebd-338ae4fa28ef', name: 'PipeBotGate' });
  });

  it('has the version of PipeBot, and the overview and the template name its major one', () => {
    expect(`${task.version.Major}.${task.version.Minor}.${task.version.Patch}`).toBe(version);
    expect(manifest.version).toBe(version);
    const texts = ['azure-devops-extension/overview.md', 'azure-pipelines/task-job.yml'];
    const named = texts.flatMap((path) => readFileSync(join(INFRA, path), 'utf8').match(/PipeBotGate@\d+/g));
    expect(new Set(named)).toEqual(new Set([`PipeBotGate@${task.version.Major}`]));
  });

  // Rules of azure-pipelines-tasks for tasks that run on the server, and of tfx-cli for all.
  it('is one that the server can run', () => {
    expect(task.runsOn).toEqual(['Server', 'ServerGate']);
    expect(Object.keys(task.execution)).toEqual(['HttpRequest']);
    expect(task).not.toHaveProperty('demands');
    expect(task).not.toHaveProperty('minimumAgentVersion');
    expect(task.friendlyName.length).toBeLessThanOrEqual(40);
    expect(task.name).toMatch(/^[A-Za-z0-9-]+$/);
  });

  it('asks for two inputs only', () => {
    const required = task.inputs.filter((input: TaskInput) => input.required === true);
    expect(required.map(({ name }: TaskInput) => name)).toEqual(['serviceConnection', 'service']);
  });

  it('uses no variable that is neither an input nor one of Azure Pipelines', () => {
    const known = new Set(task.inputs.map(({ name }: TaskInput) => name));
    const texts = JSON.stringify([task.execution, task.instanceNameFormat, task.dataSourceBindings]);
    const used = [...texts.matchAll(/\$\(([^)]+)\)/g)].map(([, name = '']) => name);
    expect(used).not.toEqual([]);
    expect(used.filter((name) => !known.has(name) && !/^(system|Build|endpoint)\.\w+$/.test(name))).toEqual(
      [],
    );
    expect([...known].filter((name) => !used.includes(String(name)))).toEqual([]);
  });

  it('puts its inputs into groups that there are', () => {
    const groups = task.groups.map(({ name }: { name: string }) => name);
    const named = task.inputs.flatMap(({ groupName }: { groupName?: string }) => groupName ?? []);
    expect(named.filter((name: string) => !groups.includes(name))).toEqual([]);
  });

  it('waits longer than any gate may, and no longer than Azure can', () => {
    const { TaskStarted, TaskCompleted } = task.execution.HttpRequest.Events;
    const hours = (text: string) => Number(text.slice(0, 2)) + Number(text.slice(3, 5)) / 60;
    expect(TaskStarted.Timeout).toMatch(/^\d\d:\d\d:00$/);
    expect(hours(TaskCompleted.Timeout)).toBeGreaterThan(20);
    expect(hours(TaskCompleted.Timeout)).toBeLessThanOrEqual(72);
  });
});

describe('the manifest', () => {
  it('contributes the folder of the task, and the connection that the task asks for', () => {
    expect(gate).toMatchObject({ type: 'ms.vss-distributed-task.task', properties: { name: 'PipeBotGate' } });
    expect(existsSync(join(EXTENSION, gate.properties.name, 'task.json'))).toBe(true);
    expect(existsSync(join(EXTENSION, gate.properties.name, 'icon.png'))).toBe(true);
    expect(connection.type).toBe('ms.vss-endpoint.service-endpoint-type');
    const types = task.inputs.map(({ type }: TaskInput) => type);
    expect(types).toContain(`connectedService:${connection.properties.name}`);
  });

  it('names files that there are', () => {
    const { files, icons, content } = manifest;
    const paths = [...files.map(({ path }: { path: string }) => path), icons.default, content.details.path];
    expect(paths.filter((path) => !existsSync(join(EXTENSION, path)))).toEqual([]);
  });

  it('fills the list of services from a source that there is', () => {
    const [binding] = task.dataSourceBindings;
    const sources = connection.properties.dataSources.map(({ name }: { name: string }) => name);
    expect(sources).toContain(binding.dataSourceName);
    expect(binding).toMatchObject({ target: 'service', endpointId: '$(serviceConnection)' });
  });

  it('masks the key, and sends it as the gate takes it', () => {
    const [scheme] = connection.properties.authenticationSchemes;
    expect(scheme.headers).toEqual([{ name: 'Authorization', value: 'Bearer {{endpoint.apitoken}}' }]);
    expect(scheme.inputDescriptors).toMatchObject([{ id: 'apitoken', isConfidential: true }]);
  });

  it('names no publisher, since the packer must be told', () => {
    expect(manifest.publisher).toBe('name-yours-with-publisher');
  });
});

describe('the icons', () => {
  const svg = readFileSync(join(ROOT, ICON_SOURCE), 'utf8');

  it.each(EXTENSION_ICONS)(
    '%s is what the drawing says, %i pixels wide; else run: npm run icons',
    (path, sizePx) => {
      const { sizePx: drawnPx, pixels } = decodePng(readFileSync(join(ROOT, path)));
      expect(drawnPx).toBe(sizePx);
      expect(pixels.equals(drawPixels(svg, sizePx))).toBe(true);
    },
  );

  it('can be read again', () => {
    const pixels = drawPixels(svg, 16);
    expect(decodePng(encodePng(pixels, 16))).toEqual({ sizePx: 16, pixels });
    // The middle of the tick is green, the corner outside of the round edge is nothing at all.
    expect([...pixels.subarray(10 * 65 + 1 + 7 * 4, 10 * 65 + 1 + 8 * 4)]).toEqual([126, 231, 135, 255]);
    expect(pixels[4]).toBe(0);
  });

  it('are not guessed at', () => {
    expect(() => drawPixels('<svg viewBox="0 0 8 8"><circle r="4"/></svg>', 8)).toThrow('<circle>');
  });
});

describe('npm run extension', () => {
  it('packs what must be in it, under the publisher that it is told', { timeout: 20_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pipebot-extension-'));
    try {
      const file = await packExtension({ publisher: 'contoso', outputPath: folder });
      expect(file).toBe(join(folder, `pipebot-${version}.vsix`));
      expect(globSync('*', { cwd: folder })).toEqual([`pipebot-${version}.vsix`]);
      const files = filesInZip(readFileSync(file));
      expect([...files.keys()].sort()).toEqual([
        'PipeBotGate/icon.png',
        'PipeBotGate/task.json',
        '[Content_Types].xml',
        'extension.vsixmanifest',
        'extension.vsomanifest',
        'images/extension-icon.png',
        'overview.md',
      ]);
      const identity = `Id="pipebot" Version="${version}" Publisher="contoso"`;
      expect(files.get('extension.vsixmanifest')?.toString()).toContain(identity);
      const packedTask = files.get('PipeBotGate/task.json');
      expect(packedTask).toEqual(readFileSync(join(EXTENSION, 'PipeBotGate', 'task.json')));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each(['', 'Contoso Ltd', '--share-with'])(
    'refuses the publisher "%s" with an example',
    async (publisher) => {
      const outputPath = join(tmpdir(), 'pipebot-extension-that-is-never-made');
      await expect(packExtension({ publisher, outputPath })).rejects.toThrow('--publisher contoso');
      expect(existsSync(outputPath)).toBe(false);
    },
  );
});

/** The files that a zip lists in its directory at the end, with what is in them; folders are left out. */
function filesInZip(zip: Buffer): Map<string, Buffer> {
  const end = zip.lastIndexOf(Buffer.from('PK\x05\x06', 'latin1'));
  const files = new Map<string, Buffer>();
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left -= 1) {
    const lengths = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset));
    const [name = 0] = lengths;
    const path = zip.toString('utf8', at + 46, at + 46 + name);
    if (!path.endsWith('/'))
      files.set(path, contentAt(zip, zip.readUInt32LE(at + 42), zip.readUInt32LE(at + 20)));
    at += 46 + lengths.reduce((sum, length) => sum + length, 0);
  }
  return files;
}

function contentAt(zip: Buffer, at: number, packedBytes: number): Buffer {
  const start = at + 30 + zip.readUInt16LE(at + 26) + zip.readUInt16LE(at + 28);
  const packed = zip.subarray(start, start + packedBytes);
  return zip.readUInt16LE(at + 8) === 0 ? packed : inflateRawSync(packed);
}
