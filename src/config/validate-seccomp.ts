import type { Seccomp, SeccompAction } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';

/** A profile's rules; names that this libseccomp does not know are no fault, since profiles are written for many machines. */
export function validateSeccomp(profile: Seccomp, path: string, findings: Findings): void {
  const { defaultAction, defaultErrnoRet, syscalls = [], architectures = [] } = profile;
  validateErrno(defaultAction, defaultErrnoRet, childPath(path, 'defaultErrnoRet'), findings);
  for (const [index, { action, errnoRet, args = [] }] of syscalls.entries()) {
    const at = childPath(childPath(path, 'syscalls'), index);
    validateErrno(action, errnoRet, `${at}.errnoRet`, findings);
    for (const [number, argument] of args.entries()) {
      if (argument.index <= 5) continue;
      findings.problem(`${at}.args[${number}].index`, 'a system call has arguments 0 to 5');
    }
  }
  if (profile.listenerMetadata && !profile.listenerPath) {
    findings.problem(childPath(path, 'listenerMetadata'), 'needs a listenerPath');
  }
  for (const [index, name] of architectures.entries()) {
    if (seccompArchitectures.has(name)) continue;
    const at = childPath(childPath(path, 'architectures'), index);
    findings.warn(at, `unknown architecture ${JSON.stringify(name)} is ignored`);
  }
}

const withErrno: readonly SeccompAction[] = ['SCMP_ACT_ERRNO', 'SCMP_ACT_TRACE'];

function validateErrno(
  action: SeccompAction,
  errnoRet: number | undefined,
  path: string,
  findings: Findings,
): void {
  if (errnoRet === undefined || withErrno.includes(action)) return;
  findings.problem(path, `${action} has no errno; only ${withErrno.join(' and ')} have`);
}

/** Of the specification, and libseccomp's word for the one that it runs on. */
export const seccompArchitectures: ReadonlySet<string> = new Set(
  (
    'NATIVE X86 X86_64 X32 ARM AARCH64 LOONGARCH64 M68K MIPS MIPS64 MIPS64N32 MIPSEL MIPSEL64 MIPSEL64N32 ' +
    'PPC PPC64 PPC64LE S390 S390X SH SHEB PARISC PARISC64 RISCV64'
  )
    .split(' ')
    .map((name) => `SCMP_ARCH_${name}`),
);
