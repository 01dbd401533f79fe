import type { Hint } from './hints.ts';
import type { Failure } from './messages.ts';

const EPERM = 1;
const ENOENT = 2;
const EACCES = 13;
const EINVAL = 22;

const is = ({ op, errno }: Failure, name: string, number: number) => op === name && errno === number;

const unknown = 'the policy that is loaded does not have this label';

/** Of AppArmor and SELinux, and of what they and Landlock forbid where nothing else can. */
export const lsmHints: readonly Hint[] = [
  {
    when: (failure) => failure.origin.endsWith('.apparmorProfile') && is(failure, 'writeSelf', ENOENT),
    text: () =>
      'the kernel does not know this profile: apparmor_parser --replace FILE loads one, aa-status lists those that are loaded',
  },
  {
    when: (failure) => failure.origin.endsWith('.selinuxLabel') && is(failure, 'writeSelf', EINVAL),
    text: () => unknown,
  },
  {
    when: (failure) => failure.origin === 'linux.mountLabel' && failure.errno === EINVAL,
    text: () => unknown,
  },
  {
    when: ({ op, errno, subject }) =>
      ['mountFs', 'mountData', 'mask'].includes(op) && errno === EINVAL && /^(\w*context=)/.test(subject),
    text: () => unknown,
  },
  {
    when: (failure) => is(failure, 'exec', EACCES),
    text: () =>
      'its mode allows it, so that a mount (noexec), an interpreter or a security module does not: ' +
      'AppArmor and SELinux say so in the kernel’s log (journalctl --grep denied)',
  },
  {
    when: (failure) => is(failure, 'exec', EPERM),
    text: () =>
      'with noNewPrivileges SELinux takes another label only if its policy has nnp_transition for it, see journalctl --grep denied',
  },
];
