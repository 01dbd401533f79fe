import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, loadavg, release, totalmem, version } from 'node:os';
import type { Field } from './contestants.ts';

/** What a reader must know of the machine to compare its numbers with others. */
export function describeMachine({ contestants, floor }: Field): readonly (readonly [string, string])[] {
  const cpu = /^model name\s*:\s*(.*)$/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 'unknown';
  const hypervisor = /^flags\s*:.*\bhypervisor\b/m.test(readFileSync('/proc/cpuinfo', 'utf8'));
  const os = /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  return [
    ['processor', `${cpu}, ${availableParallelism()} available${hypervisor ? ', virtual machine' : ''}`],
    ['memory', `${Math.round(totalmem() / 2 ** 30)} GiB`],
    ['kernel', `${release()} ${version()}`],
    ['system', os],
    ['cgroups', cgroups()],
    [
      'load at the end',
      loadavg()
        .map((load) => load.toFixed(1))
        .join(' '),
    ],
    ['engine', engineVersion(floor)],
    ...contestants.map(({ name, version }) => [name, version] as const),
  ];
}

function engineVersion([engine = '']: readonly string[]): string {
  return execFileSync(engine, ['--version'], { encoding: 'utf8' }).trim();
}

function cgroups(): string {
  const mounts = readFileSync('/proc/self/mountinfo', 'utf8').split('\n');
  const hierarchies = mounts.filter((line) => / - cgroup /.test(line)).length;
  return hierarchies > 0 ? `v1, ${hierarchies} hierarchies` : 'v2';
}
