import { decodeName } from '../tree/name.ts';

/** Records of an extension header (pax(1), "pax Extended Header"); values are bytes. */
export type PaxRecords = Map<string, Uint8Array>;

/** `LENGTH KEY=VALUE\n` again and again. A later record of the same key counts. Null if it is anything else. */
export function parsePax(data: Uint8Array): PaxRecords | null {
  const records: PaxRecords = new Map();
  for (let at = 0; at < data.length; ) {
    const space = data.indexOf(0x20, at);
    if (space === -1 || space - at > 10) return null;
    const digits = Buffer.from(data.subarray(at, space)).toString('latin1');
    if (!/^[1-9][0-9]*$/.test(digits)) return null;
    const end = at + Number(digits);
    const equals = data.indexOf(0x3d, space);
    if (end > data.length || data[end - 1] !== 0x0a || equals === -1 || equals >= end) return null;
    const key = decodeName(data.subarray(space + 1, equals));
    if (key === '' || key.includes('\0')) return null;
    records.set(key, data.slice(equals + 1, end - 1));
    at = end;
  }
  return records;
}

/** The bytes of an extension header, in the order of the keys given. */
export function encodePax(records: Iterable<readonly [key: string, value: Uint8Array]>): Buffer {
  return Buffer.concat([...records].map(([key, value]) => encodeRecord(Buffer.from(key), value)));
}

function encodeRecord(key: Buffer, value: Uint8Array): Buffer {
  const rest = key.length + value.length + 3;
  // The length counts its own digits.
  let length = rest + String(rest).length;
  if (rest + String(length).length !== length) length++;
  return Buffer.concat([Buffer.from(`${length} `), key, Buffer.from('='), value, Buffer.from('\n')]);
}
