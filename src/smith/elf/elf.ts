import { RailcarError } from '../../errors.ts';
import { decodeName } from '../tree/name.ts';
import type { Bytes } from '../tree/node.ts';
import { type Dynamic, readDynamic } from './dynamic.ts';
import {
  type ElfType,
  type Header,
  looksLikeElf,
  PT_DYNAMIC,
  PT_INTERP,
  readHeader,
  readSegments,
  type Segment,
} from './header.ts';
import type { Architecture } from './machine.ts';
import { type Notes, readNotes } from './notes.ts';
import { damaged, extent, region } from './region.ts';
import { readSections, type Section, SHT_NOBITS } from './sections.ts';

/** What smith needs to know of an ELF file: what the loader reads of it, and where its debugging information is. */
export interface ElfFile extends Architecture, Notes {
  readonly type: ElfType;
  /** An executable that may be loaded anywhere: of the type of a library, but marked, or with an interpreter. */
  readonly pie: boolean;
  /** PT_INTERP: the loader that the kernel starts in its place. */
  readonly interpreter: string | null;
  /** Null where there is no dynamic section: a static executable, an object file. */
  readonly dynamic: Dynamic | null;
  /** .gnu_debuglink: the name of the file with its debugging information, and that file's checksum. */
  readonly debugLink: { readonly name: string; readonly crc: number } | null;
  /** .gnu_debugaltlink: what it shares with others, made by dwz; the build-id is in hexadecimal. */
  readonly debugAltLink: { readonly name: string; readonly buildId: string } | null;
  /** Holds debugging information only: its headers speak of another file's contents. */
  readonly debugOnly: boolean;
  /** What is wrong with the parts that no loader looks at. */
  readonly oddities: readonly string[];
}

const PATH_MAX = 4096;

/**
 * Reads an ELF file of either class and byte order; null if it is none. What comes from the file is checked before it
 * is used, and what is read is bounded, whatever the file says.
 *
 * @throws RailcarError `elf-invalid`: a loader would refuse it, or crash
 */
export function readElf(file: Bytes): ElfFile | null {
  if (!looksLikeElf(file.read(0, 4))) return null;
  const header = readHeader(file);
  const oddities: string[] = [];
  const sections = leniently(oddities, [], () => readSections(file, header));
  const loadable = header.type === 'executable' || header.type === 'shared';
  // Core dumps have segments for all the memory there was, and nobody loads them.
  const segments = header.type === 'core' ? [] : readSegments(file, header);
  const debugOnly = isDebugOnly(segments, sections);

  const interpreter = loadable && !debugOnly ? readInterpreter(file, header, segments) : null;
  const dynamic = loadable && !debugOnly ? readDynamic(file, header, segments) : null;
  const none: Notes = { buildId: null, dlopen: [] };
  const notes = leniently(oddities, none, () => readNotes(file, header, segments, sections));
  return {
    bits: header.bits,
    littleEndian: header.littleEndian,
    machine: header.machine,
    flags: header.flags,
    type: header.type,
    pie:
      header.type === 'shared' &&
      (dynamic?.pieFlag === true || (interpreter !== null && dynamic?.soname == null)),
    interpreter,
    dynamic,
    ...notes,
    debugLink: leniently(oddities, null, () => debugLink(file, header, sections)),
    debugAltLink: leniently(oddities, null, () => debugAltLink(file, header, sections)),
    debugOnly,
    oddities,
  };
}

/** What the loader does not need must not keep a file out; what is wrong with it is noted. */
function leniently<T>(oddities: string[], otherwise: T, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof RailcarError)) throw error;
    oddities.push(error.message);
    return otherwise;
  }
}

function isDebugOnly(segments: readonly Segment[], sections: readonly Section[]): boolean {
  const dynamic = segments.find(({ type }) => type === PT_DYNAMIC);
  return (
    dynamic !== undefined &&
    sections.some(({ type, address }) => type === SHT_NOBITS && address === dynamic.address)
  );
}

function readInterpreter(file: Bytes, header: Header, segments: readonly Segment[]): string | null {
  const segment = segments.find(({ type }) => type === PT_INTERP);
  if (segment === undefined) return null;
  const what = 'the name of the interpreter';
  const { offset, size } = extent(file, what, segment.offset, segment.size, PATH_MAX);
  const { bytes } = region(file, what, offset, size, header);
  // As the kernel: it has to end with a NUL, and ends with the first.
  if (size < 2 || bytes.at(-1) !== 0) throw damaged(`${what} has no end`);
  return decodeName(bytes.subarray(0, bytes.indexOf(0)));
}

/** A short section with a name at its start. */
function linkSection(file: Bytes, header: Header, sections: readonly Section[], name: string) {
  const section = sections.find((candidate) => candidate.name === name && candidate.type !== SHT_NOBITS);
  if (section === undefined) return null;
  const { offset, size } = extent(file, `section "${name}"`, section.offset, section.size, PATH_MAX);
  const content = region(file, `section "${name}"`, offset, size, header);
  const end = content.bytes.indexOf(0);
  if (end < 0) throw damaged(`section "${name}" has no end of its name`);
  return { name: decodeName(content.bytes.subarray(0, end)), end: end + 1, content };
}

function debugLink(file: Bytes, header: Header, sections: readonly Section[]): ElfFile['debugLink'] {
  const link = linkSection(file, header, sections, '.gnu_debuglink');
  if (link === null) return null;
  const at = Math.ceil(link.end / 4) * 4;
  if (at + 4 > link.content.bytes.length) throw damaged('section ".gnu_debuglink" has no checksum');
  return { name: link.name, crc: link.content.u32(at) };
}

function debugAltLink(file: Bytes, header: Header, sections: readonly Section[]): ElfFile['debugAltLink'] {
  const link = linkSection(file, header, sections, '.gnu_debugaltlink');
  return link === null ? null : { name: link.name, buildId: link.content.bytes.toString('hex', link.end) };
}
