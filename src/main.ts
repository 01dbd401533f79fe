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
import type { Span } from './execute/trace.ts';
import type * as Layer from './layer.ts';

/** For `--trace`. What comes before this process can listen is always noted, since only the request says who asks. */
const clock = (): number => Number(process.hrtime.bigint());
const began = clock();
const loading: Span[] = [];

const SOCKET = 3;
const SUPERVISOR = 4;
const bundlePath = `${__dirname}/layer.js`;
const cachePath = `${__dirname}/layer.cache`;

/** The first line of the bundle is a comment with a hash of what follows. */
const STAMP_LENGTH = 2 + 64;

function serve(): void {
  const { layer } = load(noted('read', readCache, 'layer.cache'));
  const { serveSession, buildInfo, runCommand } = layer;
  serveSession(transport, buildInfo.id, runCommand, { clock, startup }).catch(() => {
    // Whoever could be told is gone or speaks another protocol; the launcher says what it knows.
    process.exitCode = 1;
  });
}

async function wait([idleExit = 0, maxCommands = 0, maxMemory = 0]: readonly number[]): Promise<void> {
  const { layer } = load(readCache());
  const { startStandby } = await layer.loadStandby();
  const memory = (): number => process.memoryUsage.rss();
  await startStandby({ listen: { fd: SOCKET }, idleExit, maxCommands, maxMemory, memory, clock }, SUPERVISOR);
}

function noted<T>(name: string, act: () => T, subject: string): T {
  const start = clock();
  const result = act();
  loading.push({ name, subject, start, end: clock() });
  return result;
}

/** From the process's beginning, which Node itself knows: V8 starts, Node starts in it, then the layer is loaded. */
function startup(): readonly Span[] {
  const { nodeStart, v8Start, environment, bootstrapComplete } = performance.nodeTiming;
  const zero = clock() - performance.now() * 1e6;
  const at = (milliseconds: number): number => Math.round(zero + milliseconds * 1e6);
  return [
    { name: 'start', subject: 'Node', start: at(nodeStart), end: at(v8Start) },
    { name: 'start', subject: 'V8', start: at(v8Start), end: at(environment) },
    { name: 'bootstrap', subject: 'Node', start: at(environment), end: at(bootstrapComplete) },
    { name: 'load', subject: 'railcar.cjs', start: at(bootstrapComplete), end: began },
    ...loading,
  ];
}

function load(cache: Buffer | null): { layer: typeof Layer; script: Script; stamp: string } {
  // The bundle is ASCII, and text of one byte a character is what V8 reads fastest.
  const source = noted('read', () => readFileSync(bundlePath, 'latin1'), 'layer.js');
  const stamp = source.slice(0, STAMP_LENGTH);
  const usable = cache?.toString('latin1', 0, STAMP_LENGTH) === stamp;
  const cachedData = usable ? cache?.subarray(STAMP_LENGTH) : undefined;
  const options = { filename: bundlePath, cachedData };
  const script = noted('compile', () => new Script(source, options), 'layer.js');
  const module = { exports: {} as typeof Layer };
  const define = script.runInThisContext() as (...scope: unknown[]) => void;
  const evaluate = () => define(module.exports, createRequire(__filename), module, bundlePath, __dirname);
  noted('evaluate', evaluate, 'layer.js');
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
