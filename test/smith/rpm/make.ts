import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { tags } from '../../../src/smith/rpm/tags.ts';

/** A value of a header, as rpm types them: a text, texts, or numbers of so many bytes. */
export type Value =
  | string
  | readonly string[]
  | { readonly width: 2 | 4; readonly numbers: readonly number[] };

export const words = (...numbers: number[]): Value => ({ width: 4, numbers });
export const halves = (...numbers: number[]): Value => ({ width: 2, numbers });

/** A header without a magic number, as databases have it. */
export function header(values: Readonly<Record<number, Value>>): Buffer {
  const entries: Buffer[] = [];
  let store = Buffer.alloc(0);
  for (const [tag, value] of Object.entries(values)) {
    const [type, count, bytes] = encoded(value);
    const width = typeof value === 'object' && 'width' in value ? value.width : 1;
    store = Buffer.concat([store, Buffer.alloc((width - (store.length % width)) % width)]);
    entries.push(numbers(Number(tag), type, store.length, count));
    store = Buffer.concat([store, bytes]);
  }
  return Buffer.concat([numbers(entries.length, store.length), ...entries, store]);
}

function encoded(value: Value): [type: number, count: number, bytes: Buffer] {
  if (typeof value === 'string') return [6, 1, Buffer.from(`${value}\0`)];
  if (!('width' in value)) return [8, value.length, Buffer.from(value.map((text) => `${text}\0`).join(''))];
  const bytes = Buffer.alloc(value.width * value.numbers.length);
  for (const [index, number] of value.numbers.entries())
    bytes.writeUIntBE(number, index * value.width, value.width);
  return [value.width === 2 ? 3 : 4, value.numbers.length, bytes];
}

function numbers(...values: number[]): Buffer {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
}

export interface Member {
  readonly path: string;
  readonly text?: string;
  readonly mode?: number;
  readonly target?: string;
  readonly flags?: number;
  readonly inode?: number;
  readonly digest?: string;
  readonly size?: number;
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const isFile = ({ mode = 0o100644 }: Member) => mode >> 12 === 8;

/** What a header says of these files. */
export function filesHeader(members: readonly Member[]): Record<number, Value> {
  return {
    [tags.baseNames]: members.map(({ path }) => path.slice(path.lastIndexOf('/') + 1)),
    [tags.directoryNames]: members.map(({ path }) => path.slice(0, path.lastIndexOf('/') + 1)),
    [tags.directoryIndexes]: words(...members.map((_, index) => index)),
    [tags.fileModes]: halves(...members.map(({ mode = 0o100644 }) => mode)),
    [tags.fileSizes]: words(...members.map(({ text = '', size = Buffer.byteLength(text) }) => size)),
    [tags.fileTimes]: words(...members.map(() => 1_700_000_000)),
    [tags.fileFlags]: words(...members.map(({ flags = 0 }) => flags)),
    [tags.fileInodes]: words(...members.map(({ inode }, index) => inode ?? 100 + index)),
    [tags.fileDevices]: words(...members.map(() => 1)),
    [tags.fileTargets]: members.map(({ target = '' }) => target),
    [tags.fileDigests]: members.map((one) => one.digest ?? (isFile(one) ? sha256(one.text ?? '') : '')),
    [tags.fileDigestAlgorithm]: words(8),
  };
}

/** A payload: one entry a member, in cpio's "new ASCII" form. */
export function cpio(members: readonly { name: string; text?: string; links?: number }[]): Buffer {
  const parts = [...members, { name: 'TRAILER!!!' }].map(({ name, text = '', links = 1 }) => {
    const fields = [
      1,
      0,
      0,
      0,
      links,
      0,
      Buffer.byteLength(text),
      0,
      0,
      0,
      0,
      Buffer.byteLength(name) + 1,
      0,
    ];
    const head = `070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}${name}\0`;
    return Buffer.concat([filled(Buffer.from(head), 4), filled(Buffer.from(text), 4)]);
  });
  return Buffer.concat(parts);
}

const filled = (bytes: Buffer, to: number) =>
  Buffer.concat([bytes, Buffer.alloc((to - (bytes.length % to)) % to)]);
const magic = Buffer.from('8eade80100000000', 'hex');

export const demo: Readonly<Record<number, Value>> = {
  [tags.name]: 'demo',
  [tags.version]: '1.0',
  [tags.release]: '2.fc40',
  [tags.architecture]: 'noarch',
  [tags.sourcePackage]: 'demo-src-1.0-2.fc40.src.rpm',
  [tags.license]: 'MIT',
};

/** A package file of a header and a payload. */
export function rpm(values: Readonly<Record<number, Value>>, payload: Buffer): Buffer {
  const lead = Buffer.alloc(96);
  lead.writeUInt32BE(0xedabeedb);
  return Buffer.concat([
    lead,
    filled(Buffer.concat([magic, header({ 1000: words(1) })]), 8),
    magic,
    header(values),
    payload,
  ]);
}

/** A package of these files that is as it should be, but for what is put in place of its header or its payload. */
export function packageOf(
  members: readonly Member[],
  { values = {}, payload }: { values?: Readonly<Record<number, Value>>; payload?: Buffer } = {},
): Buffer {
  const entries = members
    .filter(({ flags = 0 }) => (flags & 64) === 0)
    .map(({ path, text, target }) => ({ name: `.${path}`, text: target ?? text ?? '' }));
  return rpm({ ...demo, ...filesHeader(members), ...values }, payload ?? gzipSync(cpio(entries)));
}
