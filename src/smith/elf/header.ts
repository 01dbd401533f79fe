import type { Bytes } from '../tree/node.ts';
import type { Architecture } from './machine.ts';
import { damaged, extent, type Layout, region, wordSize } from './region.ts';

export type ElfType = 'relocatable' | 'executable' | 'shared' | 'core' | 'other';

/** What the first bytes say (elf(5), "ELF header"). */
export interface Header extends Architecture {
  readonly type: ElfType;
  readonly osAbi: number;
  readonly programHeaders: { readonly offset: bigint; readonly entrySize: number; readonly count: number };
  readonly sectionHeaders: { readonly offset: bigint; readonly entrySize: number; readonly count: number };
}

/** A segment: a part of the file, and the address it is at in memory. */
export interface Segment {
  readonly type: number;
  readonly offset: bigint;
  readonly address: bigint;
  readonly size: bigint;
  readonly align: bigint;
}

export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_INTERP = 3;
export const PT_NOTE = 4;

const types: Readonly<Record<number, ElfType>> = {
  1: 'relocatable',
  2: 'executable',
  3: 'shared',
  4: 'core',
};
const magic = Buffer.from('\x7fELF', 'latin1');
/** The kernel refuses more (fs/binfmt_elf.c), so that nothing that runs has it. */
const MAX_PROGRAM_HEADERS = 65_536;

/** Whether the bytes, the first of a file, are those of an ELF file, sound or not. */
export function looksLikeElf(start: Uint8Array): boolean {
  return start.length >= 4 && magic.equals(start.subarray(0, 4));
}

/** @throws RailcarError `elf-invalid` */
export function readHeader(file: Bytes): Header {
  const identity = region(file, 'the identification', 0, 16, { bits: 64, littleEndian: true }).bytes;
  if (!looksLikeElf(identity)) throw damaged('it does not begin with 0x7f "ELF"');
  const [bits, order, version, osAbi = 0] = identity.subarray(4);
  if (bits !== 1 && bits !== 2) throw damaged(`its class is ${bits}, neither 32-bit nor 64-bit`);
  if (order !== 1 && order !== 2) throw damaged(`its byte order is ${order}, neither of the two`);
  if (version !== 1) throw damaged(`its version is ${version}, not 1`);

  const layout: Layout = { bits: bits === 1 ? 32 : 64, littleEndian: order === 1 };
  const word = wordSize(layout);
  const header = region(file, 'the header', 0, 40 + 3 * word, layout);
  const rest = 24 + 3 * word;
  return {
    ...layout,
    type: types[header.u16(16)] ?? 'other',
    machine: header.u16(18),
    osAbi,
    flags: header.u32(rest),
    programHeaders: {
      offset: header.word(24 + word),
      entrySize: header.u16(rest + 6),
      count: header.u16(rest + 8),
    },
    sectionHeaders: {
      offset: header.word(24 + 2 * word),
      entrySize: header.u16(rest + 10),
      count: header.u16(rest + 12),
    },
  };
}

/** The segments in the file's order. @throws RailcarError `elf-invalid` */
export function readSegments(file: Bytes, header: Header): Segment[] {
  const { offset, entrySize, count } = header.programHeaders;
  if (count === 0) return [];
  const expected = header.bits === 32 ? 32 : 56;
  if (entrySize !== expected) throw damaged(`its program headers have ${entrySize} bytes, not ${expected}`);
  const what = 'the table of program headers';
  const place = extent(file, what, offset, BigInt(count * entrySize), MAX_PROGRAM_HEADERS);
  const table = region(file, what, place.offset, place.size, header);
  return Array.from({ length: count }, (_, index) => {
    const at = index * entrySize;
    const word = wordSize(header);
    // In 64-bit files p_flags comes second, in 32-bit ones after the sizes.
    const first = at + word;
    return {
      type: table.u32(at),
      offset: table.word(first),
      address: table.word(first + word),
      size: table.word(first + 3 * word),
      align: table.word(at + expected - word),
    };
  });
}
