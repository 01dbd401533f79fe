import * as z from 'zod/mini';
import type { Bytes } from '../tree/node.ts';
import { type Header, PT_NOTE, type Segment } from './header.ts';
import { damaged, extent, region } from './region.ts';
import { type Section, SHT_NOTE } from './sections.ts';

/** What an object may load by itself while it runs, as it says (https://systemd.io/ELF_DLOPEN_METADATA). */
export interface DlopenNote {
  /** Names of one library, the best first: the first that is there will do. */
  readonly soname: readonly string[];
  readonly feature: string | null;
  readonly description: string | null;
  readonly priority: 'required' | 'recommended' | 'suggested';
}

export interface Notes {
  /** In hexadecimal. */
  readonly buildId: string | null;
  readonly dlopen: readonly DlopenNote[];
}

const NT_GNU_BUILD_ID = 3;
const NT_FDO_DLOPEN = 0x407c0c0a;
const MAX_NOTES = 1024 * 1024;

const dlopenSchema = z.array(
  z.object({
    soname: z.array(z.string()).check(z.minLength(1)),
    feature: z.optional(z.string()),
    description: z.optional(z.string()),
    priority: z._default(z.enum(['required', 'recommended', 'suggested']), 'recommended'),
  }),
);

interface Part {
  readonly offset: bigint;
  readonly size: bigint;
  readonly align: bigint;
}

/**
 * The notes of the segments, and those of sections that are in no segment: of files that are not to be loaded.
 *
 * @throws RailcarError `elf-invalid`
 */
export function readNotes(
  file: Bytes,
  header: Header,
  segments: readonly Segment[],
  sections: readonly Section[],
): Notes {
  let buildId: string | null = null;
  const dlopen: DlopenNote[] = [];
  for (const note of eachNote(file, header, noteParts(segments, sections))) {
    if (note.owner === 'GNU' && note.type === NT_GNU_BUILD_ID) buildId ??= note.content.toString('hex');
    if (note.owner === 'FDO' && note.type === NT_FDO_DLOPEN) dlopen.push(...dlopenOf(note.content));
  }
  return { buildId, dlopen };
}

function noteParts(segments: readonly Segment[], sections: readonly Section[]): Part[] {
  // A section within a segment would be read twice, and a file of debugging information has its notes in sections only.
  const fromSections = sections
    .filter(({ type }) => type === SHT_NOTE)
    .map((part) => ({ ...part, align: 4n }));
  return fromSections.length > 0 ? fromSections : segments.filter(({ type }) => type === PT_NOTE);
}

interface Note {
  readonly owner: string;
  readonly type: number;
  readonly content: Buffer;
}

function* eachNote(file: Bytes, header: Header, parts: readonly Part[]): Generator<Note> {
  let left = MAX_NOTES;
  for (const part of parts) {
    const { offset, size } = extent(file, 'a part with notes', part.offset, part.size, left);
    left -= size;
    const notes = region(file, 'a part with notes', offset, size, header);
    const align = part.align === 8n ? 8 : 4;
    for (let at = 0; at + 12 <= size; ) {
      const owner = at + 12;
      const content = owner + padded(notes.u32(at), align);
      const end = content + notes.u32(at + 4);
      if (end > size) throw damaged('a note is longer than the part it is in');
      yield {
        owner: notes.bytes.toString(
          'latin1',
          owner,
          Math.min(owner + Math.max(0, notes.u32(at) - 1), owner + 16),
        ),
        type: notes.u32(at + 8),
        content: notes.bytes.subarray(content, end),
      };
      at = padded(end, align);
    }
  }
}

function padded(length: number, align: number): number {
  return Math.ceil(length / align) * align;
}

function dlopenOf(content: Buffer): DlopenNote[] {
  const end = content.indexOf(0);
  let json: unknown;
  try {
    json = JSON.parse(content.toString('utf8', 0, end < 0 ? content.length : end));
  } catch {
    throw damaged('its note about dlopen is not JSON');
  }
  const parsed = dlopenSchema.safeParse(json);
  if (!parsed.success) throw damaged('its note about dlopen is not as specified');
  return parsed.data.map(({ soname, feature = null, description = null, priority }) => ({
    soname,
    feature,
    description,
    priority,
  }));
}
