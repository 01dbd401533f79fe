import type { Test } from './line.ts';
import type { Property } from './properties.ts';

/** Evidence for a property that changes no plan of `create`. */
export interface Elsewhere {
  readonly implemented: string;
  readonly test: Test;
  /** What a real command does about it; null if this machine cannot show it. */
  readonly live: Test | null;
  /** Why it cannot. */
  readonly missing?: string;
  /** Why there is nothing in a plan. */
  readonly why: string;
}

const load = 'test/config/load.test.ts';
const lint = 'test/live/lint.bats';
const check = 'src/config/validate.ts';

const advised = {
  implemented: 'src/config/advice.ts',
  test: ['test/config/lint.test.ts', 'what a run does not complain of'],
  live: [lint, 'lint: what a run does nothing about is told'],
} as const;

const foreign = {
  implemented: check,
  test: [load, 'sections for other platforms are ignored'],
  live: [lint, 'create: what is for other platforms is a warning in the log'],
  why: 'warned of',
} as const;

const refused = {
  test: [load, 'what is wrong is told with its place'],
  live: [lint, 'create: what no container of Linux can have is refused'],
} as const;

const affinity = {
  implemented: 'src/plan/scheduling.ts',
  test: ['test/plan/exec.test.ts', 'processors: the first ones before the cgroups are joined'],
  live: [
    'test/live/exec.bats',
    'exec runs on the processors of execCPUAffinity, which the first process does not',
  ],
  why: 'is for `exec`',
} as const;

export const elsewhere: Readonly<Record<Property, Elsewhere>> = {
  'process.commandLine': { ...advised, why: 'for Windows' },
  'process.user.username': { ...advised, why: 'for Windows' },
  'linux.resources.memory.kernel': { ...advised, why: 'NOT RECOMMENDED; gone from Linux 5.16' },
  'linux.resources.memory.useHierarchy': { ...advised, why: 'the only way since Linux 5.11' },
  'linux.resources.memory.checkBeforeUpdate': {
    implemented: 'src/cgroups/v2.ts',
    test: [
      'test/lifecycle/update.test.ts',
      'memory.checkBeforeUpdate of config.json holds for updates on v2',
    ],
    live: null,
    missing: 'memory is counted by v1',
    why: 'is for `update` on v2; on v1 the kernel does it',
  },
  'linux.personality.flags': {
    ...refused,
    implemented: 'src/config/validate-linux.ts',
    why: 'refused: the specification defines none',
  },
  'process.execCPUAffinity': affinity,
  'process.execCPUAffinity.initial': affinity,
  'process.execCPUAffinity.final': affinity,
  solaris: foreign,
  windows: foreign,
  zos: foreign,
  freebsd: foreign,
  vm: { ...refused, implemented: check, why: 'refused: a container is no virtual machine' },
};
