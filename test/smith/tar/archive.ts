import { encodeEntry, endOfArchive, type NewEntry, padding } from '../../../src/smith/tar/writer.ts';

/** One entry with its content, as a test writes it down. */
export interface Sample extends NewEntry {
  readonly content?: string | Buffer;
}

/** An archive of the entries, by smith's own writer; what it refuses to write is made with `raw`. */
export function archive(...parts: (Sample | Buffer)[]): Buffer {
  return Buffer.concat([
    ...parts.map((part) => (Buffer.isBuffer(part) ? part : encoded(part))),
    endOfArchive(),
  ]);
}

function encoded({ content = '', ...entry }: Sample): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([encodeEntry({ ...entry, size: bytes.length }), bytes, padding(bytes.length)]);
}

/** A header whose fields are set as given, whatever they are; the checksum fits. */
export function raw(fields: Record<number, string | Buffer>, content: string | Buffer = ''): Buffer {
  const block = Buffer.alloc(512);
  block.write('0000644\x000000000\x000000000\x00', 100, 'latin1');
  block.write(
    `${Buffer.byteLength(content).toString(8).padStart(11, '0')}\x0000000000000\x00`,
    124,
    'latin1',
  );
  block.write('0', 156);
  block.write('ustar\x0000', 257, 'latin1');
  for (const [at, value] of Object.entries(fields)) Buffer.from(value).copy(block, Number(at));
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  const bytes = Buffer.from(content);
  return Buffer.concat([block, bytes, padding(bytes.length)]);
}

/** A pax header with these records. */
export function pax(records: Record<string, string | Buffer>, type = 'x'): Buffer {
  const lines = Object.entries(records).map(([key, value]) => {
    const rest = Buffer.concat([Buffer.from(` ${key}=`), Buffer.from(value), Buffer.from('\n')]);
    let length = rest.length + 1;
    while (String(length).length + rest.length !== length) length++;
    return Buffer.concat([Buffer.from(String(length)), rest]);
  });
  return raw({ 0: 'pax', 156: type }, Buffer.concat(lines));
}
