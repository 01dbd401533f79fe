import { decodeName } from '../tree/name.ts';
import { rpmError } from './error.ts';

/** The words before the index: how many entries it has, and how many bytes their values. */
export const INTRO = 8;
const ENTRY = 16;

/** rpm's own limits (lib/header.cc). */
const MOST_ENTRIES = 0xffff;
export const MOST_BYTES = 256 * 1024 * 1024;

const STRING = 6;
const STRING_ARRAY = 8;
const I18N = 9;
/** Bytes of one number, by type. */
const widths: Readonly<Record<number, 1 | 2 | 4 | 8>> = { 1: 1, 2: 1, 3: 2, 4: 4, 5: 8 };

interface Entry {
  readonly type: number;
  readonly offset: number;
  readonly count: number;
}

/**
 * What a package says of itself: values by tag (rpm's docs/manual/format_header.md). Everything is checked to lie in the
 * header when it is asked for; what is not there, or is of another type, is empty.
 */
export class Header {
  readonly #what: string;
  readonly #store: Buffer;
  readonly #entries = new Map<number, Entry>();

  /**
   * @param bytes index and values, with the two counts before them, without a magic number
   * @throws {RailcarError} `image-invalid`
   */
  constructor(bytes: Buffer, what: string) {
    this.#what = what;
    const { entries, size } = headerSize(bytes, what);
    if (bytes.length < size) throw rpmError(what, 'its header is cut short');
    this.#store = bytes.subarray(INTRO + entries * ENTRY, size);
    for (let at = INTRO; at < INTRO + entries * ENTRY; at += ENTRY) {
      const [tag, type, offset, count] = [0, 4, 8, 12].map((word) => bytes.readUInt32BE(at + word));
      this.#entries.set(tag ?? 0, { type: type ?? 0, offset: offset ?? 0, count: count ?? 0 });
    }
  }

  /** Of a text in several languages, the first, which is the untranslated one. */
  text(tag: number): string | null {
    return this.texts(tag)[0] ?? null;
  }

  texts(tag: number): string[] {
    const entry = this.#entries.get(tag);
    if (entry === undefined || ![STRING, STRING_ARRAY, I18N].includes(entry.type)) return [];
    const count = entry.type === STRING ? 1 : entry.count;
    if (count > this.#store.length) throw this.#damaged(tag);
    const found: string[] = [];
    for (let at = entry.offset; found.length < count; ) {
      const end = at < this.#store.length ? this.#store.indexOf(0, at) : -1;
      if (end < 0) throw this.#damaged(tag);
      found.push(decodeName(this.#store.subarray(at, end)));
      at = end + 1;
    }
    return found;
  }

  number(tag: number): number | null {
    return this.numbers(tag)[0] ?? null;
  }

  numbers(tag: number): number[] {
    const { type, offset, count } = this.#entries.get(tag) ?? { type: 0, offset: 0, count: 0 };
    const width = widths[type];
    if (width === undefined) return [];
    if (offset + count * width > this.#store.length) throw this.#damaged(tag);
    return Array.from({ length: count }, (_, index) => {
      const at = offset + index * width;
      return width === 8 ? Number(this.#store.readBigUInt64BE(at)) : this.#store.readUIntBE(at, width);
    });
  }

  #damaged(tag: number): Error {
    return rpmError(this.#what, `value ${tag} does not lie in its header`);
  }
}

/** How long a header is, by the two counts that it begins with. */
export function headerSize(intro: Buffer, what: string): { readonly entries: number; readonly size: number } {
  if (intro.length < INTRO) throw rpmError(what, 'its header is cut short');
  const [entries, bytes] = [intro.readUInt32BE(0), intro.readUInt32BE(4)];
  if (entries > MOST_ENTRIES || bytes > MOST_BYTES) throw rpmError(what, 'its header is absurdly large');
  return { entries, size: INTRO + entries * ENTRY + bytes };
}
