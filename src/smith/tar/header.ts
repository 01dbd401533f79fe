import { decodeName } from '../tree/name.ts';
import { BLOCK } from './entry.ts';
import { tarError } from './error.ts';
import { parseNumber } from './number.ts';

/** What stands in one header block, before extension headers are considered. */
export interface Header {
  readonly type: string;
  readonly name: string;
  readonly target: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly mtime: number;
  readonly major: number;
  readonly minor: number;
}

/**
 * Reads a header of POSIX (`ustar`), GNU or Version 7 form (tar(5)).
 *
 * @throws RailcarError `image-invalid`: the checksum does not fit, or a number is none
 */
export function parseHeader(block: Uint8Array, offset: number): Header {
  if (block.length < BLOCK) throw tarError(offset, 'it ends in the middle of a header');
  const name = text(block, 0, 100);
  const number = (at: number, length: number, what: string): number => {
    const value = parseNumber(block.subarray(at, at + length));
    if (value === null)
      throw tarError(offset, `its ${what} is no number, or none that a file can have`, name);
    return value;
  };
  if (!sumsTo(block, parseNumber(block.subarray(148, 156)))) {
    throw tarError(
      offset,
      'the checksum of the header does not fit: this is no tar archive, or it is damaged',
    );
  }
  const magic = Buffer.from(block.subarray(257, 265)).toString('latin1');
  const posix = magic.startsWith('ustar\0');
  const extended = posix || magic === 'ustar  \0';
  const prefix = posix ? text(block, 345, 155) : '';
  return {
    type: String.fromCharCode(block[156] ?? 0),
    name: prefix === '' ? name : `${prefix}/${name}`,
    target: text(block, 157, 100),
    mode: number(100, 8, 'mode') & 0o7777,
    uid: number(108, 8, 'owner'),
    gid: number(116, 8, 'group'),
    size: number(124, 12, 'size'),
    mtime: number(136, 12, 'time'),
    major: extended ? number(329, 8, 'device number') : 0,
    minor: extended ? number(337, 8, 'device number') : 0,
  };
}

/** Bytes up to a NUL or the field's end. */
function text(block: Uint8Array, at: number, length: number): string {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return decodeName(end === -1 ? field : field.subarray(0, end));
}

/** The sum of all bytes, the checksum's own taken for spaces; old programs have added them up as signed. */
function sumsTo(block: Uint8Array, expected: number | null): boolean {
  let unsigned = 0;
  let signed = 0;
  for (let at = 0; at < BLOCK; at++) {
    const byte = at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
    unsigned += byte;
    signed += byte > 127 ? byte - 256 : byte;
  }
  return expected === unsigned || expected === signed;
}
