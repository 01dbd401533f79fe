import { decodeName } from '../tree/name.ts';
import type { Bytes } from '../tree/node.ts';
import { type Header, PT_DYNAMIC, PT_LOAD, type Segment } from './header.ts';
import { damaged, extent, region, wordSize } from './region.ts';

/** What the dynamic section tells the loader (ld.so(8), elf(5) "Dynamic tags"). */
export interface Dynamic {
  /** DT_NEEDED: the libraries it wants, in order. */
  readonly needed: readonly string[];
  readonly soname: string | null;
  /** DT_RPATH as written, null if there is DT_RUNPATH, which makes the loader forget it. */
  readonly rpath: string | null;
  readonly runpath: string | null;
  /** DF_1_NODEFLIB: the default directories are not searched (`-z nodefaultlib`). */
  readonly noDefaultLibraries: boolean;
  /** DF_1_PIE: an executable, though it is of the type of a library. */
  readonly pieFlag: boolean;
  /** DT_FILTER: libraries that have the symbols this one only names. */
  readonly filters: readonly string[];
  /** DT_AUXILIARY: the same, if they are there. */
  readonly auxiliaries: readonly string[];
  /** DT_AUDIT and DT_DEPAUDIT: libraries that watch the loader, separated by colons. */
  readonly audit: readonly string[];
  /** Where the names are: in the file, checked to lie in it. Symbol versions are among them. */
  readonly strings: { readonly offset: number; readonly size: number };
}

const DT = {
  null: 0n,
  needed: 1n,
  strtab: 5n,
  strsz: 10n,
  soname: 14n,
  rpath: 15n,
  runpath: 29n,
  depaudit: 0x6ffffefbn,
  audit: 0x6ffffefcn,
  flags1: 0x6ffffffbn,
  auxiliary: 0x7ffffffdn,
  filter: 0x7fffffffn,
} as const;

const DF_1_NODEFLIB = 0x800n;
const DF_1_PIE = 0x08000000n;
/** Real ones have some dozens of entries; a table of 64 KiB holds 4096. */
const MAX_SECTION = 65_536;
/** Names may overlap in the file, so that a small one could ask for more memory than there is. */
const MAX_TEXT = 262_144;

/** @throws RailcarError `elf-invalid` */
export function readDynamic(file: Bytes, header: Header, segments: readonly Segment[]): Dynamic | null {
  const segment = segments.find(({ type }) => type === PT_DYNAMIC);
  if (segment === undefined) return null;
  const entries = readEntries(file, header, segment);
  const values = (tag: bigint) => entries.filter(([name]) => name === tag).map(([, value]) => value);
  const strings = stringTable(file, segments, values(DT.strtab).at(-1), values(DT.strsz).at(-1));
  const text = names(file, strings);
  const all = (tag: bigint) => values(tag).map(text);
  // Where a tag that stands for one thing is there twice, the loader takes the last.
  const last = (tag: bigint) => all(tag).at(-1) ?? null;
  const flags = values(DT.flags1).at(-1) ?? 0n;
  const runpath = last(DT.runpath);
  return {
    needed: all(DT.needed),
    soname: last(DT.soname),
    rpath: runpath === null ? last(DT.rpath) : null,
    runpath,
    noDefaultLibraries: (flags & DF_1_NODEFLIB) !== 0n,
    pieFlag: (flags & DF_1_PIE) !== 0n,
    filters: all(DT.filter),
    auxiliaries: all(DT.auxiliary),
    audit: [...all(DT.audit), ...all(DT.depaudit)]
      .flatMap((list) => list.split(':'))
      .filter((name) => name !== ''),
    strings,
  };
}

function readEntries(file: Bytes, header: Header, segment: Segment): [tag: bigint, value: bigint][] {
  const what = 'the dynamic section';
  const { offset, size } = extent(file, what, segment.offset, segment.size, MAX_SECTION);
  const table = region(file, what, offset, size, header);
  const word = wordSize(header);
  const entries: [bigint, bigint][] = [];
  for (let at = 0; at + 2 * word <= size; at += 2 * word) {
    const tag = table.word(at);
    if (tag === DT.null) break;
    entries.push([tag, table.word(at + word)]);
  }
  return entries;
}

/** The string table is given by its address in memory: the segment that is loaded there says where it is in the file. */
function stringTable(
  file: Bytes,
  segments: readonly Segment[],
  address: bigint | undefined,
  length: bigint | undefined,
): { offset: number; size: number } {
  if (address === undefined) return { offset: 0, size: 0 };
  const segment = segments.find(
    ({ type, address: start, size }) => type === PT_LOAD && address >= start && address < start + size,
  );
  if (segment === undefined)
    throw damaged(`no segment holds the table of names, at 0x${address.toString(16)}`);
  const start = address - segment.address;
  const size = length ?? segment.size - start;
  return extent(file, 'the table of names', segment.offset + start, size, Number.MAX_SAFE_INTEGER);
}

/** Reads names out of the table, as far as all of them together are of a sensible length. */
function names(file: Bytes, table: { offset: number; size: number }): (at: bigint) => string {
  let left = MAX_TEXT;
  return (at) => {
    if (at >= BigInt(table.size))
      throw damaged(`a name at ${at} lies outside the table of ${table.size} bytes`);
    const start = table.offset + Number(at);
    const end = table.offset + table.size;
    for (let length = 256; ; length *= 4) {
      const wanted = Math.min(length, end - start);
      const bytes = file.read(start, wanted);
      const stop = bytes.indexOf(0);
      if (stop >= 0) {
        left -= stop;
        if (left < 0) throw damaged(`its names are longer than ${MAX_TEXT} bytes together`);
        return decodeName(bytes.subarray(0, stop));
      }
      if (wanted === end - start || bytes.length < wanted) throw damaged(`the name at ${at} has no end`);
      if (length > left) throw damaged(`its names are longer than ${MAX_TEXT} bytes together`);
    }
  };
}
