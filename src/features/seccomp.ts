import type { Seccomp } from '../config/config.ts';
import { anew } from '../remember.ts';
import { compileSeccomp, flagNames } from '../seccomp/compile.ts';

type Flag = keyof typeof flagNames;

export function knownFlags(): Flag[] {
  return (Object.keys(flagNames) as Flag[]).sort();
}

/** Those that reach the kernel, at least where a filter has a listener. */
export function supportedFlags(): Flag[] {
  return knownFlags().filter((flag) => {
    const profile: Seccomp = {
      defaultAction: 'SCMP_ACT_ALLOW',
      flags: [flag],
      listenerPath: '/x',
      syscalls: [{ names: ['getpid'], action: 'SCMP_ACT_NOTIFY' }],
    };
    const filter = compileSeccomp(
      profile,
      () => {},
      anew,
      () => noKernel,
    );
    return filter?.flags.includes(flagNames[flag]);
  });
}

/** Flags are not the filter's business. */
const noKernel = { compileFilter: () => ({ program: new Uint8Array(), newest: [] }) };
