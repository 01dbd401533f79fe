import type { Bytes } from '../tree/node.ts';
import type { Header } from './header.ts';
import { extent, region, wordSize } from './region.ts';

export interface Section {
  readonly name: string;
  readonly type: number;
  readonly address: bigint;
  readonly offset: bigint;
  readonly size: bigint;
}

export const SHT_NOTE = 7;
/** In memory, but not in this file: all that is loaded, in a file that holds debugging information only. */
export const SHT_NOBITS = 8;

const MANY = 0xffff;
const MAX_TABLE = 8 * 1024 * 1024;
const MAX_NAMES = 1024 * 1024;

/**
 * The sections. The loader needs none of them, and a file may come without or with a table that is nonsense.
 *
 * @throws RailcarError `elf-invalid`
 */
export function readSections(file: Bytes, header: Header): Section[] {
  const { offset, entrySize, count } = header.sectionHeaders;
  const expected = header.bits === 32 ? 40 : 64;
  if (offset === 0n || entrySize !== expected) return [];
  const word = wordSize(header);
  const what = 'the table of sections';

  // The first entry stands for none and holds what does not fit in the header (elf(5), SHN_XINDEX).
  const first = extent(file, what, offset, BigInt(expected), MAX_TABLE);
  const zero = region(file, what, first.offset, first.size, header);
  const total = count === 0 ? zero.word(8 + 3 * word) : BigInt(count);
  const place = extent(file, what, offset, total * BigInt(expected), MAX_TABLE);
  const table = region(file, what, place.offset, place.size, header);
  const inHeader = region(file, 'the header', 38 + 3 * word, 2, header).u16(0);
  const namesIndex = inHeader === MANY ? zero.u32(8 + 4 * word) : inHeader;

  const sections = Array.from({ length: Number(total) }, (_, index) => {
    const at = index * expected;
    return {
      name: table.u32(at),
      type: table.u32(at + 4),
      address: table.word(at + 8 + word),
      offset: table.word(at + 8 + 2 * word),
      size: table.word(at + 8 + 3 * word),
    };
  });
  const names = sections[namesIndex];
  const text = names === undefined ? Buffer.alloc(0) : namesOf(file, header, names);
  return sections.map((section) => ({ ...section, name: nameAt(text, section.name) }));
}

function namesOf(file: Bytes, header: Header, section: { offset: bigint; size: bigint }): Buffer {
  const what = 'the table of names of sections';
  const { offset, size } = extent(file, what, section.offset, section.size, MAX_NAMES);
  return region(file, what, offset, size, header).bytes;
}

/** Longer ones than this are cut: names may overlap, and none that is looked for is that long. */
const MAX_NAME = 64;

function nameAt(text: Buffer, at: number): string {
  const end = text.subarray(0, at + MAX_NAME).indexOf(0, at);
  return at >= text.length ? '' : text.toString('latin1', at, end < 0 ? at + MAX_NAME : end);
}
