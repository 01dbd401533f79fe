import { execFileSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';

const suite = 'github.com/opencontainers/runtime-tools';
const here = import.meta.dirname;

export interface Suite {
  /** Where the programs are, `runtimetest`, and the root file system that they unpack: their working directory. */
  readonly folder: string;
  readonly version: string;
  readonly tests: readonly string[];
}

/** The suite cannot be had on this machine. */
export class NotInstalled extends Error {}

/**
 * The suite at the version of go.mod, checked against go.sum, built once and kept.
 *
 * @throws {NotInstalled} without Go or the modules
 */
export function installSuite(): Suite {
  const version = pinned();
  const cache = resolve(process.env.XDG_CACHE_HOME || resolve(homedir(), '.cache'), 'railcar');
  const folder = resolve(cache, `runtime-tools-${version}`);
  if (!existsSync(folder)) {
    const unfinished = `${folder}.${process.pid}`;
    try {
      build(unfinished);
      renameSync(unfinished, folder);
    } finally {
      rmSync(unfinished, { recursive: true, force: true });
    }
  }
  const tests = readdirSync(folder).filter((name) => !/^(runtimetest|rootfs-.*)$/.test(name));
  return { folder, version, tests };
}

function pinned(): string {
  const version = new RegExp(`${suite} (\\S+)`).exec(readFileSync(resolve(here, 'go.mod'), 'utf8'))?.[1];
  if (version === undefined) throw new Error(`go.mod does not require ${suite}`);
  return version;
}

/** Static, since `runtimetest` runs in containers that have no library. */
function build(folder: string): void {
  const architecture = go('env', 'GOARCH').trim();
  mkdirSync(folder, { recursive: true });
  go(
    'build',
    '-trimpath',
    '-ldflags=-s -w',
    '-o',
    `${folder}/`,
    `${suite}/validation/...`,
    `${suite}/cmd/runtimetest`,
  );
  const module = go('list', '-m', '-f', '{{.Dir}}', suite).trim();
  const rootfs = `rootfs-${architecture}.tar.gz`;
  if (!existsSync(resolve(module, rootfs))) throw new NotInstalled(`the suite has no ${rootfs}`);
  copyFileSync(resolve(module, rootfs), resolve(folder, rootfs));
}

function go(...words: string[]): string {
  const env = {
    ...process.env,
    CGO_ENABLED: '0',
    GOFLAGS: '-mod=readonly',
    GOWORK: 'off',
    GOTOOLCHAIN: 'local',
  };
  try {
    return execFileSync('go', words, { cwd: here, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  } catch (error) {
    throw new NotInstalled(reason(error, words));
  }
}

function reason(error: unknown, words: string[]): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && error.code === 'ENOENT') return 'there is no Go toolchain';
  const last = 'stderr' in error ? String(error.stderr).trim().split('\n').at(-1) : error.message;
  return `go ${words[0]}: ${last}`;
}
