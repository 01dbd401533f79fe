import * as z from 'zod/mini';
import { text, texts, uint32, uint64 } from './scalars.ts';

const action = z.enum([
  'SCMP_ACT_KILL',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL_THREAD',
  'SCMP_ACT_TRAP',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_TRACE',
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_NOTIFY',
]);

const argument = z.object({
  index: uint32,
  value: uint64,
  valueTwo: z.optional(uint64),
  op: z.enum([
    'SCMP_CMP_NE',
    'SCMP_CMP_LT',
    'SCMP_CMP_LE',
    'SCMP_CMP_EQ',
    'SCMP_CMP_GE',
    'SCMP_CMP_GT',
    'SCMP_CMP_MASKED_EQ',
  ]),
});

const syscall = z.object({
  names: z.array(text).check(z.minLength(1, { error: 'must name at least one system call' })),
  action,
  errnoRet: z.optional(uint32),
  args: z.optional(z.array(argument)),
});

export const seccompSchema = z.object({
  defaultAction: action,
  defaultErrnoRet: z.optional(uint32),
  /** Unknown architectures are skipped with a warning, like unknown system calls. */
  architectures: z.optional(texts),
  flags: z.optional(
    z.array(
      z.enum([
        'SECCOMP_FILTER_FLAG_TSYNC',
        'SECCOMP_FILTER_FLAG_LOG',
        'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
        'SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV',
      ]),
    ),
  ),
  listenerPath: z.optional(text),
  listenerMetadata: z.optional(text),
  syscalls: z.optional(z.array(syscall)),
});

export type Seccomp = z.infer<typeof seccompSchema>;
export type SeccompAction = z.infer<typeof action>;
export type SeccompSyscall = z.infer<typeof syscall>;
export type SeccompArgument = z.infer<typeof argument>;
