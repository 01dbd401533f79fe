import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ProtocolError } from '../../src/execute/session.ts';
import { socketTransport } from '../../src/standby/stream.ts';

const folder = mkdtempSync(`${tmpdir()}/railcar-stream-`);
const server = createServer({ allowHalfOpen: true });
beforeAll(() => new Promise<void>((resolve) => server.listen(`${folder}/socket`, resolve)));
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true });
});

/** A launcher's end, and the transport at the other. */
async function pair() {
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const peer = connect(`${folder}/socket`);
  const [socket] = await accepted;
  return { peer, socket, transport: socketTransport(socket) };
}

const text = (bytes: Uint8Array | null) => bytes && Buffer.from(bytes).toString();

describe('the stream of one launcher', () => {
  test('is read in pieces of any length, however it arrives', async () => {
    const { peer, transport } = await pair();
    peer.write('abc');
    expect(text(await transport.read(2))).toBe('ab');
    const rest = transport.read(4);
    peer.write('d');
    setTimeout(() => peer.end('ef'), 10);
    expect(text(await rest)).toBe('cdef');
    expect(await transport.read(1)).toBeNull();
  });

  test('is faulty if it ends within what was expected', async () => {
    const { peer, transport } = await pair();
    peer.end('ab');
    await expect(transport.read(3)).rejects.toThrow(ProtocolError);
  });

  test('carries far more than a socket holds', async () => {
    const { peer, transport } = await pair();
    const large = Buffer.alloc(5_000_000, 'x');
    peer.write(large);
    const first = await transport.read(100);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(first).toHaveLength(100);
    expect(await transport.read(large.length - 100)).toHaveLength(large.length - 100);
    peer.destroy();
  });

  test('that is gone cannot be written to', async () => {
    const { peer, socket, transport } = await pair();
    peer.destroy();
    expect(await transport.read(1)).toBeNull();
    socket.destroy();
    await expect(transport.write(Buffer.from('x'))).rejects.toThrow(ProtocolError);
  });
});
