import * as z from 'zod/mini';
import { enumTables, flagTables } from '../../plan/ops.ts';
import { flag, int32, integer, namesOf, shaped, text, texts, uint16, uint32, uint64 } from './scalars.ts';

const user = z.object({
  uid: z.optional(uint32),
  gid: z.optional(uint32),
  umask: z.optional(uint32),
  additionalGids: z.optional(z.array(uint32)),
  username: z.optional(text),
});

/** Names are not checked here: a capability that this kernel does not know is a warning, not an error. */
const capabilities = z.object({
  bounding: z.optional(texts),
  effective: z.optional(texts),
  inheritable: z.optional(texts),
  permitted: z.optional(texts),
  ambient: z.optional(texts),
});

const rlimit = z.object({ type: text, soft: uint64, hard: uint64 });

const scheduler = z.object({
  policy: z.enum(namesOf(enumTables.schedulerPolicy)),
  nice: z.optional(int32),
  priority: z.optional(int32),
  flags: z.optional(z.array(z.enum(namesOf(flagTables.scheduler)))),
  runtime: z.optional(uint64),
  deadline: z.optional(uint64),
  period: z.optional(uint64),
});

const ioPriority = z.object({
  class: z.enum(namesOf(enumTables.ioPriorityClass)),
  priority: z.optional(int32),
});

const cpuList = shaped(/^[0-9, -]*$/, 'a list of processors such as "0-3,7"');

export const processSchema = z.object({
  terminal: z.optional(flag),
  consoleSize: z.optional(z.object({ height: uint16, width: uint16 })),
  user: z.optional(user),
  args: z.optional(texts),
  commandLine: z.optional(text),
  env: z.optional(texts),
  cwd: text,
  capabilities: z.optional(capabilities),
  rlimits: z.optional(z.array(rlimit)),
  noNewPrivileges: z.optional(flag),
  apparmorProfile: z.optional(text),
  oomScoreAdj: z.optional(integer(-1000, 1000)),
  scheduler: z.optional(scheduler),
  selinuxLabel: z.optional(text),
  ioPriority: z.optional(ioPriority),
  execCPUAffinity: z.optional(z.object({ initial: z.optional(cpuList), final: z.optional(cpuList) })),
});

export type ProcessSpec = z.infer<typeof processSchema>;
export type User = z.infer<typeof user>;
export type Capabilities = z.infer<typeof capabilities>;
export type CapabilitySet = keyof Capabilities;
export type Rlimit = z.infer<typeof rlimit>;
