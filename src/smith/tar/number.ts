/**
 * A number of a tar header: octal digits with spaces or NUL around them, or, with the first bit set, a binary number
 * in two's complement (GNU's "base-256"). Null if it is neither, or larger than a safe integer.
 */
export function parseNumber(field: Uint8Array): number | null {
  const first = field[0] ?? 0;
  if ((first & 0x80) !== 0) return parseBinary(field);
  const text = Buffer.from(field).toString('latin1');
  const match = /^ *([0-7]*)[ \0]*$/.exec(text.replace(/\0.*$/s, '\0'));
  if (match === null) return null;
  return safe(Number.parseInt(match[1] || '0', 8));
}

function parseBinary(field: Uint8Array): number | null {
  const negative = ((field[0] ?? 0) & 0x40) !== 0;
  let value = negative ? -1n : 0n;
  for (const [index, byte] of field.entries()) {
    // The very first bit only says that this is binary.
    const bits = index === 0 ? (negative ? byte | 0x80 : byte & 0x7f) : byte;
    value = BigInt.asIntN(field.length * 8, (value << 8n) | BigInt(bits));
  }
  return safe(Number(value));
}

function safe(value: number): number | null {
  return Number.isSafeInteger(value) ? value : null;
}
