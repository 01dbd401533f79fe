/**
 * The Node layer as the launcher starts it for one command: descriptor 3 is a socket to the launcher, everything else
 * is /dev/null. The only file of the layer that touches the process it runs in.
 */
import { readSync, writeSync } from 'node:fs';
import { buildInfo } from './build-info.ts';
import { runCommand } from './cli/command.ts';
import { serveSession, type Transport } from './execute/session.ts';

const SOCKET = 3;

/** Blocking calls: there is nothing else to do while the launcher works, and they cost the least. */
const transport: Transport = {
  async read(length) {
    const bytes = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const count = readSync(SOCKET, bytes, filled, length - filled, null);
      if (count === 0) {
        if (filled === 0) return null;
        throw new Error('the launcher has closed its socket in the middle of a message');
      }
      filled += count;
    }
    return bytes;
  },
  async write(bytes) {
    for (let sent = 0; sent < bytes.length; ) sent += writeSync(SOCKET, bytes, sent);
  },
};

serveSession(transport, buildInfo.id, runCommand).catch(() => {
  // Whoever could be told is gone or speaks another protocol; the launcher says what it knows.
  process.exitCode = 1;
});
