/**
 * What the launcher has Node execute: loads the Node layer from its bundle and lets it serve the socket that is
 * descriptor 3; everything else is /dev/null. The only file of the layer that touches the process.
 *
 *     railcar.cjs                                       one command, at the other end of the socket
 *     railcar.cjs --standby IDLE-EXIT COMMANDS MEMORY   waits for many: the socket listens, and descriptor 4 leads to
 *                                                       the supervisor, whose hanging up means to come to an end
 *     railcar.cjs --write-cache                         see below
 *
 * Compiling the bundle costs as much as all the rest of a command. `--write-cache` (run by the build and by
 * install.sh, never by the launcher) rehearses the usual commands and keeps what V8 has compiled for them; V8 itself
 * refuses a cache of another Node, and the stamp tells one of another bundle.
 */
import { readFileSync, readSync, renameSync, writeFileSync, writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { Script } from 'node:vm';
import type { Transport } from './execute/session.ts';
import type * as Layer from './layer.ts';

const SOCKET = 3;
const SUPERVISOR = 4;
const bundlePath = `${__dirname}/layer.js`;
const cachePath = `${__dirname}/layer.cache`;

/** The first line of the bundle is a comment with a hash of what follows. */
const STAMP_LENGTH = 2 + 64;

function serve(): void {
  const { layer } = load(readCache());
  layer.serveSession(transport, layer.buildInfo.id, layer.runCommand).catch(() => {
    // Whoever could be told is gone or speaks another protocol; the launcher says what it knows.
    process.exitCode = 1;
  });
}

async function wait([idleExit = 0, maxCommands = 0, maxMemory = 0]: readonly number[]): Promise<void> {
  const { layer } = load(readCache());
  const { startStandby } = await layer.loadStandby();
  const memory = (): number => process.memoryUsage.rss();
  await startStandby({ listen: { fd: SOCKET }, idleExit, maxCommands, maxMemory, memory }, SUPERVISOR);
}

function load(cache: Buffer | null): { layer: typeof Layer; script: Script; stamp: string } {
  // The bundle is ASCII, and text of one byte a character is what V8 reads fastest.
  const source = readFileSync(bundlePath, 'latin1');
  const stamp = source.slice(0, STAMP_LENGTH);
  const usable = cache?.toString('latin1', 0, STAMP_LENGTH) === stamp;
  const script = new Script(source, {
    filename: bundlePath,
    cachedData: usable ? cache?.subarray(STAMP_LENGTH) : undefined,
  });
  const module = { exports: {} as typeof Layer };
  const define = script.runInThisContext() as (...scope: unknown[]) => void;
  define(module.exports, createRequire(__filename), module, bundlePath, __dirname);
  return { layer: module.exports, script, stamp };
}

function readCache(): Buffer | null {
  try {
    return readFileSync(cachePath);
  } catch {
    return null;
  }
}

async function writeCache(): Promise<void> {
  const { layer, script, stamp } = load(null);
  await layer.warmUp();
  // Renamed into place: a command that starts now reads the old one or the new one.
  writeFileSync(`${cachePath}.new`, Buffer.concat([Buffer.from(stamp, 'latin1'), script.createCachedData()]));
  renameSync(`${cachePath}.new`, cachePath);
}

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

const [mode, ...numbers] = process.argv.slice(2);
if (mode === '--write-cache') void writeCache();
else if (mode === '--standby') void wait(numbers.map(Number));
else serve();
