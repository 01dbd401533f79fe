import { decodeName, quoteName } from '../tree/name.ts';
import type { Bytes } from '../tree/node.ts';
import { rpmError } from './error.ts';

/** One file in a payload. Of its attributes those in the package's header count. */
export interface CpioEntry {
  /** As it is written; null where only a number stands for it. */
  readonly name: string | null;
  /** Its place among the files of the header, where that is all there is. */
  readonly index: number | null;
  /** Files with several names are there as often, and have their content with the last one. */
  readonly links: number;
  readonly inode: number;
  readonly start: number;
  readonly size: number;
}

const HEADER = 110;
/** rpm's own form for files of 4 GiB and more: magic number and index only. */
const STRIPPED = 14;
const END = 'TRAILER!!!';
const LONGEST = 4096;

/**
 * The entries of a cpio archive in the "new ASCII" forms (cpio(5)), and of rpm's own without attributes, whose sizes
 * `sizeOf` knows.
 *
 * @throws {RailcarError} `image-invalid`
 */
export function* readCpio(
  bytes: Bytes,
  what: string,
  sizeOf: (index: number) => number | undefined,
): Generator<CpioEntry> {
  const fail = (at: number, reason: string) => rpmError(what, `its payload, at ${at}: ${reason}`);
  for (let at = 0; ; ) {
    const head = Buffer.from(bytes.read(at, HEADER)).toString('latin1');
    const magic = head.slice(0, 6);
    if (magic === '07070X') {
      const index = hexadecimal(head.slice(6, STRIPPED));
      const size = index === null ? undefined : sizeOf(index);
      if (index === null || size === undefined) throw fail(at, 'it has a file that the header does not know');
      const start = aligned(at + STRIPPED);
      if (start + size > bytes.size) throw fail(at, 'it is cut short');
      yield { name: null, index, links: 1, inode: 0, start, size };
      at = aligned(start + size);
      continue;
    }
    if (head.length < HEADER) throw fail(at, 'it is cut short');
    if (magic !== '070701' && magic !== '070702') throw fail(at, 'there is no entry');
    const word = (place: number): number => {
      const value = hexadecimal(head.slice(6 + 8 * place, 14 + 8 * place));
      if (value === null) throw fail(at, 'a number is none');
      return value;
    };
    const [inode, links, size, length] = [word(0), word(4), word(6), word(11)];
    if (length < 1 || length > LONGEST) throw fail(at, `a name of ${length} bytes is absurd`);
    const start = aligned(at + HEADER + length);
    const raw = bytes.read(at + HEADER, length);
    if (raw.length < length || start + size > bytes.size) throw fail(at, 'it is cut short');
    if (raw.indexOf(0) !== length - 1) throw fail(at, 'the end of a name is not where it should be');
    const name = decodeName(raw.subarray(0, length - 1));
    if (name === END) return;
    if (name === '') throw fail(at, `a file has no name: ${quoteName(name)}`);
    yield { name, index: null, links, inode, start, size };
    at = aligned(start + size);
  }
}

function hexadecimal(text: string): number | null {
  return /^[0-9a-fA-F]{8}$/.test(text) ? Number.parseInt(text, 16) : null;
}

function aligned(at: number): number {
  return Math.ceil(at / 4) * 4;
}
