/** A field of a message: its number, and a number or truth (varint), a text, or a message. */
export type Field = readonly [number: number, value: number | boolean | string | readonly Field[]];

/** How a field's value is laid out. */
const VARINT = 0;
const BYTES = 2;

/** The wire format of protobuf, as far as requests to CRIU need it: https://protobuf.dev/programming-guides/encoding */
export function encodeFields(fields: readonly Field[]): Uint8Array {
  return Buffer.concat(fields.map(encodeField));
}

function encodeField([number, value]: Field): Uint8Array {
  if (typeof value === 'number' || typeof value === 'boolean') {
    return Buffer.concat([varint(number * 8 + VARINT), varint(Number(value))]);
  }
  const bytes = typeof value === 'string' ? Buffer.from(value) : encodeFields(value);
  return Buffer.concat([varint(number * 8 + BYTES), varint(bytes.length), bytes]);
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return Buffer.from([...bytes, rest]);
}
