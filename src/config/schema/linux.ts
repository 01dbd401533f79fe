import * as z from 'zod/mini';
import { enumTables, flagTables } from '../../plan/ops.ts';
import { resourcesSchema } from './resources.ts';
import { flag, int64, integer, namesOf, shaped, text, textMap, texts, uint32 } from './scalars.ts';
import { seccompSchema } from './seccomp.ts';

const namespace = z.object({
  type: z.enum(['mount', 'pid', 'network', 'uts', 'ipc', 'user', 'cgroup', 'time']),
  path: z.optional(text),
});

const idMapping = z.object({ containerID: uint32, hostID: uint32, size: uint32 });
export const idMappings = z.optional(z.array(idMapping));

const device = z.object({
  type: shaped(/^[cbup]$/, '"c", "b", "u" or "p"'),
  path: text,
  major: z.optional(integer(0, 0xffffffff)),
  minor: z.optional(integer(0, 0xffffffff)),
  /** The schema of the specification stops at 511, but callers send the set-id and sticky bits as well. */
  fileMode: z.optional(integer(0, 0o177777)),
  uid: z.optional(uint32),
  gid: z.optional(uint32),
});

const memoryPolicy = z.object({
  mode: z.optional(z.enum(namesOf(enumTables.memoryPolicyMode))),
  nodes: z.optional(text),
  flags: z.optional(z.array(z.enum(namesOf(flagTables.memoryPolicy)))),
});

const intelRdt = z.object({
  closID: z.optional(text),
  schemata: z.optional(z.array(shaped(/^[^\n]*$/, 'one line'))),
  l3CacheSchema: z.optional(text),
  memBwSchema: z.optional(shaped(/^MB:[^\n]*$/, 'one line that begins with "MB:"')),
  enableMonitoring: z.optional(flag),
});

const timeOffset = z.optional(z.object({ secs: z.optional(int64), nanosecs: z.optional(uint32) }));

/** The schema of the specification lists the four plain words; callers write the recursive ones as often. */
const propagation = z.enum([
  'private',
  'rprivate',
  'shared',
  'rshared',
  'slave',
  'rslave',
  'unbindable',
  'runbindable',
]);

export const linuxSchema = z.object({
  namespaces: z.optional(z.array(namespace)),
  uidMappings: idMappings,
  gidMappings: idMappings,
  timeOffsets: z.optional(z.object({ boottime: timeOffset, monotonic: timeOffset })),
  devices: z.optional(z.array(device)),
  netDevices: z.optional(z.record(text, z.object({ name: z.optional(text) }))),
  cgroupsPath: z.optional(text),
  resources: z.optional(resourcesSchema),
  rootfsPropagation: z.optional(propagation),
  seccomp: z.optional(seccompSchema),
  sysctl: z.optional(textMap),
  maskedPaths: z.optional(texts),
  readonlyPaths: z.optional(texts),
  mountLabel: z.optional(text),
  intelRdt: z.optional(intelRdt),
  memoryPolicy: z.optional(memoryPolicy),
  personality: z.optional(
    z.object({ domain: z.optional(z.enum(namesOf(enumTables.personality))), flags: z.optional(texts) }),
  ),
});

export type LinuxSpec = z.infer<typeof linuxSchema>;
export type Namespace = z.infer<typeof namespace>;
export type NamespaceType = Namespace['type'];
export type IdMapping = z.infer<typeof idMapping>;
export type Device = z.infer<typeof device>;
export type Propagation = z.infer<typeof propagation>;
