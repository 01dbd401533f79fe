import { isUtf8 } from 'node:buffer';

/**
 * File names are bytes, but nearly all of them are UTF-8 and are wanted as strings: for globs, for messages, to be
 * compared with what a smith.yaml says. So names, paths, link targets and names of extended attributes are strings
 * everywhere in smith, and a byte that is not part of any UTF-8 sequence is kept as a lone surrogate, U+DC80 to
 * U+DCFF, as Python does (PEP 383). Nothing is lost: `encodeName(decodeName(bytes))` gives the same bytes.
 */
export function decodeName(bytes: Uint8Array): string {
  if (isUtf8(bytes)) return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  let name = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    name +=
      length === 0
        ? String.fromCharCode(0xdc00 + (bytes[at] ?? 0))
        : Buffer.from(bytes.subarray(at, at + length)).toString('utf8');
    at += Math.max(length, 1);
  }
  return name;
}

/** The bytes of a name. */
export function encodeName(name: string): Buffer {
  if (!/\p{Cs}/u.test(name)) return Buffer.from(name, 'utf8');
  const parts: Buffer[] = [];
  for (const character of name) {
    const unit = character.charCodeAt(0);
    const escaped = character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff;
    parts.push(escaped ? Buffer.of(unit - 0xdc00) : Buffer.from(character, 'utf8'));
  }
  return Buffer.concat(parts);
}

/** The order of the names' bytes, which is not that of UTF-16 where surrogates are involved. */
export function compareNames(a: string, b: string): number {
  if (a === b) return 0;
  if (/[\ud800-\uffff]/.test(a) || /[\ud800-\uffff]/.test(b))
    return Buffer.compare(encodeName(a), encodeName(b));
  return a < b ? -1 : 1;
}

/** A name within quotes for a message: on one line whatever is in it, and nothing in it moves a terminal's cursor. */
export function quoteName(name: string): string {
  const escaped = name.replaceAll(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}"\\]/gu, (c) => {
    if (c === '"' || c === '\\') return `\\${c}`;
    const unit = c.charCodeAt(0);
    if (unit >= 0xdc80 && unit <= 0xdcff) return `\\x${(unit - 0xdc00).toString(16)}`;
    return unit < 0x100
      ? `\\x${unit.toString(16).padStart(2, '0')}`
      : `\\u${unit.toString(16).padStart(4, '0')}`;
  });
  return `"${escaped.length > 300 ? `${escaped.slice(0, 300)}…` : escaped}"`;
}

/** Of the valid UTF-8 sequence that begins there; 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}
