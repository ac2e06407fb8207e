// Draws the few shapes that PipeBot's icons are made of, with Node alone, so that an icon is the same wherever it is
// drawn: filled rects with round corners, and polylines with round ends. It must not guess: any other shape is refused.
import { crc32, deflateSync, inflateSync } from 'node:zlib';

type Color = readonly [red: number, green: number, blue: number];
/** How far a point lies outside of a shape, in units of the drawing; negative inside. */
type Distance = (x: number, y: number) => number;

interface Shape {
  readonly color: Color;
  readonly distance: Distance;
}
interface Drawing {
  readonly width: number;
  readonly shapes: readonly Shape[];
}

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const CHANNELS = 4;

/** Rows of red, green, blue and alpha, each row after a zero: what a PNG holds before it is compressed. */
export function drawPixels(svg: string, sizePx: number): Buffer {
  const { width, shapes } = readSvg(svg);
  const unitsPerPx = width / sizePx;
  const rowBytes = 1 + sizePx * CHANNELS;
  const pixels = Buffer.alloc(rowBytes * sizePx);
  for (let row = 0; row < sizePx; row += 1) {
    for (let column = 0; column < sizePx; column += 1) {
      const [x, y] = [(column + 0.5) * unitsPerPx, (row + 0.5) * unitsPerPx];
      pixels.set(pixelAt(shapes, { x, y, unitsPerPx }), row * rowBytes + 1 + column * CHANNELS);
    }
  }
  return pixels;
}

/** A PNG of 8 bits for each channel, not interlaced. */
export function encodePng(pixels: Buffer, sizePx: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(sizePx, 0);
  header.writeUInt32BE(sizePx, 4);
  header.set([8, 6, 0, 0, 0], 8);
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(pixels, { level: 9 })), chunk('IEND')];
  return Buffer.concat([SIGNATURE, ...chunks]);
}

/** What {@link encodePng} was given. Compared are pixels, since other versions of zlib compress them otherwise. */
export function decodePng(png: Buffer): { readonly sizePx: number; readonly pixels: Buffer } {
  if (!png.subarray(0, 8).equals(SIGNATURE)) throw new Error('this is no PNG');
  const data: Buffer[] = [];
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') data.push(png.subarray(at + 8, at + 8 + length));
    at += 12 + length;
  }
  return { sizePx: png.readUInt32BE(16), pixels: inflateSync(Buffer.concat(data)) };
}

function chunk(type: string, data: Buffer = Buffer.alloc(0)): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const [length, checksum] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(data.length);
  checksum.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, checksum]);
}

function pixelAt(
  shapes: readonly Shape[],
  { x, y, unitsPerPx }: { readonly x: number; readonly y: number; readonly unitsPerPx: number },
): number[] {
  let [red, green, blue, alpha] = [0, 0, 0, 0];
  for (const { color, distance } of shapes) {
    // An edge that runs through the pixel covers as much of it as lies on the inner side.
    const cover = Math.min(1, Math.max(0, 0.5 - distance(x, y) / unitsPerPx));
    if (cover === 0) continue;
    const left = alpha * (1 - cover);
    const total = left + cover;
    const mix = (below: number, above: number) => (below * left + above * cover) / total;
    [red, green, blue, alpha] = [mix(red, color[0]), mix(green, color[1]), mix(blue, color[2]), total];
  }
  return [red, green, blue, alpha * 255].map(Math.round);
}

function readSvg(svg: string): Drawing {
  const text = svg.replace(/<!--[\s\S]*?-->/g, '');
  const width = Number(/viewBox="0 0 (\d+) \1"/.exec(text)?.[1]);
  if (!width) throw new Error('the drawing needs a square viewBox="0 0 n n"');
  const elements = [...text.matchAll(/<([a-z]+)\s([^>]*?)\/?>/g)].filter(([, name]) => name !== 'svg');
  return { width, shapes: elements.map(([, name = '', words = '']) => readShape(name, attributesOf(words))) };
}

function readShape(name: string, attributes: ReadonlyMap<string, string>): Shape {
  const number = (key: string) => Number(attributes.get(key) ?? 0);
  if (name === 'rect') {
    const box = { x: number('x'), y: number('y'), width: number('width'), height: number('height') };
    return {
      color: colorOf(attributes.get('fill')),
      distance: outsideRect({ ...box, radius: number('rx') }),
    };
  }
  if (name === 'polyline') {
    const points = (attributes.get('points') ?? '').split(' ').map((pair) => pair.split(',').map(Number));
    return {
      color: colorOf(attributes.get('stroke')),
      distance: outsideLine(points, number('stroke-width') / 2),
    };
  }
  throw new Error(`there is no way to draw <${name}>; use rect and polyline`);
}

function attributesOf(words: string): Map<string, string> {
  return new Map([...words.matchAll(/([\w-]+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]));
}

function colorOf(text = ''): Color {
  const [, red, green, blue] = /^#(..)(..)(..)$/.exec(text) ?? [];
  if (red === undefined || green === undefined || blue === undefined)
    throw new Error(`"${text}" is no #rrggbb`);
  return [Number.parseInt(red, 16), Number.parseInt(green, 16), Number.parseInt(blue, 16)];
}

function outsideRect(box: Readonly<Record<'x' | 'y' | 'width' | 'height' | 'radius', number>>): Distance {
  const { radius } = box;
  return (x, y) => {
    const dx = Math.abs(x - box.x - box.width / 2) - box.width / 2 + radius;
    const dy = Math.abs(y - box.y - box.height / 2) - box.height / 2 + radius;
    return Math.hypot(Math.max(dx, 0), Math.max(dy, 0)) + Math.min(Math.max(dx, dy), 0) - radius;
  };
}

function outsideLine(points: readonly (readonly number[])[], radius: number): Distance {
  const segments = points.slice(1).map((end, index) => [points[index] ?? end, end] as const);
  return (x, y) => Math.min(...segments.map(([from, to]) => toSegment(x, y, from, to))) - radius;
}

function toSegment(
  x: number,
  y: number,
  [ax = 0, ay = 0]: readonly number[],
  [bx = 0, by = 0]: readonly number[],
) {
  const lengthSquared = (bx - ax) ** 2 + (by - ay) ** 2;
  const along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / lengthSquared;
  const part = Math.min(1, Math.max(0, along));
  return Math.hypot(x - ax - part * (bx - ax), y - ay - part * (by - ay));
}
