import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { mounted } from '../../bench/cgroups.ts';
import type { Result } from './program.ts';

/** Where the suite was run, and of what. */
export interface Place {
  readonly name: string;
  /** YYYY-MM-DD */
  readonly date: string;
  readonly commit: string;
  readonly kernel: string;
  readonly cgroup: 'v1' | 'v2';
  /** With its version, if it is pid 1. */
  readonly init: string;
  /** Those security modules of the kernel that have labels or profiles. */
  readonly security: readonly string[];
  /** Whether the runtimes were told to use systemd for cgroups. */
  readonly systemdCgroup: boolean;
  readonly suite: string;
  /** Name and version of each runtime; the first is the one that is judged. */
  readonly versions: readonly (readonly [string, string])[];
  /** What was done for a peer that cannot run the suite as it is; or that it cannot at all, and why. */
  readonly notes: readonly string[];
}

/** What `--json` keeps. */
export interface Run {
  readonly place: Place;
  readonly results: readonly Result[];
}

export type Machine = Pick<Place, 'date' | 'commit' | 'kernel' | 'cgroup' | 'init' | 'security'>;

/** @param commit where there is no repository */
export function thisMachine(commit: string | undefined): Machine {
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commit ?? (output('git', '-C', import.meta.dirname, 'rev-parse', '--short', 'HEAD') || 'unknown'),
    kernel: release(),
    cgroup: isUnified() ? 'v2' : 'v1',
    init: readFileSync('/proc/1/comm', 'utf8').trim() === 'systemd' ? systemd() : 'none',
    security: modules(),
  };
}

/** The one hierarchy of version 2 and nothing else. */
export function isUnified(): boolean {
  return existsSync(join(mounted, 'cgroup.controllers'));
}

function systemd(): string {
  return output('systemctl', '--version').split(' ').slice(0, 2).join(' ');
}

/** AppArmor is in the kernel of many a machine and has a policy in few. */
function modules(): string[] {
  const enabled = (file: string, yes: string) =>
    existsSync(file) && readFileSync(file, 'utf8').startsWith(yes);
  return [
    ...(enabled('/sys/module/apparmor/parameters/enabled', 'Y') ? ['AppArmor'] : []),
    ...(enabled('/sys/fs/selinux/enforce', '') ? ['SELinux'] : []),
  ];
}

function output(program: string, ...words: string[]): string {
  try {
    return execFileSync(program, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}
