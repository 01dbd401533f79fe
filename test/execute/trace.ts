import { ByteReader } from '../../src/execute/bytes.ts';

/** What the launcher is told, as the numbers and texts that it finds. */
export function readTrace(bytes: Uint8Array) {
  const reader = new ByteReader(bytes);
  const now = Number(reader.u64());
  const spans = reader.list(() => [
    reader.string(),
    reader.string(),
    Number(reader.u64()),
    Number(reader.u64()),
  ]);
  return { now, spans };
}
