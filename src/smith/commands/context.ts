import { homedir, hostname } from 'node:os';
import { join } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { type Progress, progressOn } from '../registry/progress.ts';
import type { RegistryOptions } from '../registry/registry.ts';

/** What every command of smith has of the command line and of the process. */
export interface Shared {
  readonly verbose: boolean;
  readonly insecure: boolean;
}

/** Notices go to standard error: standard output is for what was asked for. */
export function warn(line: string): void {
  process.stderr.write(`smith: warning: ${line}\n`);
}

export function registryOptions({ verbose, insecure }: Shared): RegistryOptions {
  const log = verbose ? (line: string) => void process.stderr.write(`smith: ${line}\n`) : () => {};
  return { insecure, environment: process.env, log };
}

export function progress(): Progress {
  return progressOn(process.stderr, () => performance.now());
}

/** Of the user: nothing of it is lost with it (XDG Base Directory). */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'railcar/smith');
}

/** `1511222333-host`, as the original has it; with SOURCE_DATE_EPOCH only that, so that archives are alike, too. */
export function defaultBuildNumber(): string {
  const { SOURCE_DATE_EPOCH } = process.env;
  return SOURCE_DATE_EPOCH || `${Math.floor(Date.now() / 1000)}-${hostname()}`;
}

/**
 * The one time of everything in an image: https://reproducible-builds.org/specs/source-date-epoch/, or none.
 *
 * @throws {RailcarError} `usage`
 */
export function sourceDate(): number {
  const { SOURCE_DATE_EPOCH: text } = process.env;
  if (!text) return 0;
  const time = Number(text);
  if (!/^\d+$/.test(text) || time > 253_402_300_799) {
    throw new RailcarError('usage', `SOURCE_DATE_EPOCH has to be seconds since 1970, not "${text}"`);
  }
  return time;
}
