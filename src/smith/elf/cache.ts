import { RailcarError } from '../../errors.ts';
import { decodeName } from '../tree/name.ts';
import type { Bytes } from '../tree/node.ts';
import { AARCH64, ARM, type Architecture, I386, X86_64 } from './machine.ts';
import { Region } from './region.ts';

/** One library of ld.so.cache. */
export interface CacheEntry {
  readonly soname: string;
  readonly path: string;
  /** Kind of the library and its ABI, as ldconfig found them (glibc's sysdeps/generic/ldconfig.h). */
  readonly flags: number;
  /** Only for processors with certain abilities: from a subdirectory of glibc-hwcaps, or an older kind of them. */
  readonly forSomeProcessors: boolean;
}

/** By soname, in the file's order, which is that of preference. */
export type Cache = ReadonlyMap<string, readonly CacheEntry[]>;

const OLD_MAGIC = 'ld.so-1.7.0';
const NEW_MAGIC = 'glibc-ld.so.cache1.1';
const OLD_HEADER = 16;
const OLD_ENTRY = 12;
const NEW_HEADER = 48;
const NEW_ENTRY = 24;
const MAX_SIZE = 8 * 1024 * 1024;
const PATH_MAX = 4096;

/**
 * Reads what ldconfig(8) writes: the format of glibc 2.2 and later, that of libc5 and glibc 2.0, or the old one with the
 * new one in it, as distributions had it until 2020. Entries that point outside the file are left out, as the loader
 * does.
 *
 * @throws RailcarError `elf-invalid`: the loader would do without it
 */
export function readCache(file: Bytes): Cache {
  if (file.size > MAX_SIZE) throw refusal(`it has ${file.size} bytes, more than ${MAX_SIZE}`);
  const read = file.read(0, file.size);
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.byteLength);
  if (startsWith(bytes, 0, NEW_MAGIC)) return newFormat(bytes);
  if (!startsWith(bytes, 0, OLD_MAGIC) || bytes.length < OLD_HEADER)
    throw refusal('it is of no known format');

  const { order, count } = counted(bytes, 12, OLD_HEADER, OLD_ENTRY);
  const end = OLD_HEADER + count * OLD_ENTRY;
  const inner = Math.ceil(end / 8) * 8;
  if (startsWith(bytes, inner, NEW_MAGIC)) return newFormat(bytes.subarray(inner));
  return collect(bytes, count, (index) => {
    const at = OLD_HEADER + index * OLD_ENTRY;
    return {
      flags: order.u32(at),
      key: end + order.u32(at + 4),
      value: end + order.u32(at + 8),
      hwcap: false,
    };
  });
}

function newFormat(bytes: Buffer): Cache {
  if (bytes.length < NEW_HEADER) throw refusal('it ends within its header');
  const { order, count } = counted(bytes, 20, NEW_HEADER, NEW_ENTRY, bytes[28]);
  return collect(bytes, count, (index) => {
    const at = NEW_HEADER + index * NEW_ENTRY;
    return {
      flags: order.u32(at),
      key: order.u32(at + 4),
      value: order.u32(at + 8),
      hwcap: order.u32(at + 16) !== 0 || order.u32(at + 20) !== 0,
    };
  });
}

/** The byte order is written down since glibc 2.33 (2: little, 3: big); before, it is the one that makes sense. */
function counted(bytes: Buffer, at: number, header: number, entry: number, mark = 0) {
  const marked = mark & 3;
  for (const littleEndian of [true, false]) {
    if (marked >= 2 && (marked === 2) !== littleEndian) continue;
    const order = new Region(bytes, { bits: 32, littleEndian });
    const count = order.u32(at);
    if (header + count * entry <= bytes.length) return { order, count };
  }
  throw refusal('it lists more libraries than it has room for');
}

interface Raw {
  readonly flags: number;
  readonly key: number;
  readonly value: number;
  readonly hwcap: boolean;
}

function collect(bytes: Buffer, count: number, entry: (index: number) => Raw): Cache {
  const found = new Map<string, CacheEntry[]>();
  // Names may overlap: together they may be as long as the file, and some more for directories that share them.
  let left = bytes.length * 4;
  for (let index = 0; index < count; index++) {
    const { flags, key, value, hwcap } = entry(index);
    const soname = nameAt(bytes, key);
    const path = nameAt(bytes, value);
    if (soname === null || path === null) continue;
    left -= soname.length + path.length;
    if (left < 0) throw refusal('its names are longer than the file');
    const entries = found.get(soname) ?? [];
    entries.push({ soname, path, flags, forSomeProcessors: hwcap });
    found.set(soname, entries);
  }
  return found;
}

function nameAt(bytes: Buffer, at: number): string | null {
  const end = at < bytes.length ? bytes.subarray(0, at + PATH_MAX).indexOf(0, at) : -1;
  return end < 0 ? null : decodeName(bytes.subarray(at, end));
}

function startsWith(bytes: Buffer, at: number, text: string): boolean {
  return bytes.toString('latin1', at, at + text.length) === text;
}

function refusal(reason: string): RailcarError {
  return new RailcarError('elf-invalid', `cannot read the cache of the loader: ${reason}`);
}

/** The upper byte of the flags by machine; those that are missing here have one ABI only, or are not told apart. */
const abis: Readonly<Record<string, readonly number[]>> = {
  [`${X86_64} 64`]: [0x03],
  [`${X86_64} 32`]: [0x08],
  [`${I386} 32`]: [0x00],
  [`${ARM} 32`]: [0x00, 0x09, 0x0b],
  [`${AARCH64} 64`]: [0x0a],
  '2 32': [0x00],
  '43 64': [0x01],
  '50 64': [0x02],
  '22 32': [0x00],
  '22 64': [0x04],
  '20 32': [0x00],
  '21 64': [0x05],
  '243 64': [0x0f, 0x10],
  '258 64': [0x11, 0x12],
};

/** Whether a loader of this architecture looks at the entry at all. The library itself is checked too. */
export function isFor(entry: CacheEntry, { machine, bits }: Architecture): boolean {
  const allowed = abis[`${machine} ${bits}`];
  return allowed?.includes((entry.flags >> 8) & 0xff) ?? true;
}
