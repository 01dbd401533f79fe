import type { Property } from './properties.ts';

/** Evidence for a property that changes no plan of `create`. */
export interface Elsewhere {
  readonly implemented: string;
  /** A test file, and a title in it. */
  readonly test: readonly [file: string, title: string];
  /** Why there is nothing in a plan. */
  readonly why: string;
  /** Of what the property is a part, if it shares the fate of the whole. */
  readonly whole?: Property;
}

const load = 'test/config/load.test.ts';
const told = [load, 'what is wrong is told with its place'] as const;
const advice = ['test/config/lint.test.ts', 'what a run does not complain of'] as const;
const check = 'src/config/validate.ts';
const advised = 'src/config/advice.ts';

export const elsewhere: Readonly<Record<Property, Elsewhere>> = {
  ociVersion: { implemented: check, test: told, why: 'decides whether the file is read at all' },
  'process.commandLine': { implemented: advised, test: advice, why: 'for Windows' },
  'process.user.username': { implemented: advised, test: advice, why: 'for Windows' },
  'linux.resources.memory.kernel': {
    implemented: advised,
    test: advice,
    why: 'NOT RECOMMENDED; gone from Linux 5.16',
  },
  'linux.resources.memory.useHierarchy': {
    implemented: advised,
    test: advice,
    why: 'the only way since Linux 5.11',
  },
  'linux.resources.memory.checkBeforeUpdate': {
    implemented: 'src/cgroups/v2.ts',
    test: [
      'test/lifecycle/update.test.ts',
      'memory.checkBeforeUpdate of config.json holds for updates on v2',
    ],
    why: 'is for `update` on v2; on v1 the kernel does it',
  },
  'linux.personality.flags': {
    implemented: 'src/config/validate-linux.ts',
    test: told,
    why: 'refused: the specification defines none',
  },
  solaris: { implemented: check, test: [load, 'sections for other platforms are ignored'], why: 'warned of' },
  windows: { implemented: check, test: [load, 'sections for other platforms are ignored'], why: 'warned of' },
  zos: { implemented: check, test: [load, 'sections for other platforms are ignored'], why: 'warned of' },
  freebsd: { implemented: check, test: [load, 'sections for other platforms are ignored'], why: 'warned of' },
  vm: { implemented: check, test: told, why: 'refused: a container is no virtual machine' },
};

const affinity = {
  implemented: 'src/plan/scheduling.ts',
  test: ['test/plan/exec.test.ts', 'processors: the first ones before the cgroups are joined'],
  why: 'is for `exec`',
} as const;

/** By what a property begins with, where a golden plan or a case does not show more. */
export const families: Readonly<Record<Property, Elsewhere>> = {
  'process.execCPUAffinity': affinity,
};
