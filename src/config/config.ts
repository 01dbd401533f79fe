import * as z from 'zod/mini';
import { idMappings, linuxSchema } from './schema/linux.ts';
import { type ProcessSpec, processSchema } from './schema/process.ts';
import { flag, integer, shaped, text, textMap, texts } from './schema/scalars.ts';

const hook = z.object({
  path: text,
  args: z.optional(texts),
  env: z.optional(texts),
  /** Seconds. */
  timeout: z.optional(integer(1, 2 ** 31 - 1)),
});
const hookList = z.optional(z.array(hook));

const hooks = z.object({
  prestart: hookList,
  createRuntime: hookList,
  createContainer: hookList,
  startContainer: hookList,
  poststart: hookList,
  poststop: hookList,
});

const mount = z.object({
  destination: text,
  type: z.optional(text),
  source: z.optional(text),
  options: z.optional(texts),
  uidMappings: idMappings,
  gidMappings: idMappings,
});

const root = z.object({ path: text, readonly: z.optional(flag) });

/** config.json of runtime-spec 1.3, as far as it concerns Linux. Names and shape are those of the specification. */
export const specSchema = z.object({
  ociVersion: shaped(
    /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$/,
    'a version such as "1.3.0" (SemVer 2.0.0)',
  ),
  process: z.optional(processSchema),
  root: z.optional(root),
  hostname: z.optional(text),
  domainname: z.optional(text),
  mounts: z.optional(z.array(mount)),
  hooks: z.optional(hooks),
  annotations: z.optional(textMap),
  linux: z.optional(linuxSchema),
  /** Of other platforms: never executed, see `validate.ts`. */
  solaris: z.optional(z.unknown()),
  windows: z.optional(z.unknown()),
  vm: z.optional(z.unknown()),
  zos: z.optional(z.unknown()),
  freebsd: z.optional(z.unknown()),
});

/** `mounts` alone. */
export const mountsSchema = z.array(mount);

/** A config.json whose types are right. */
export type Spec = z.infer<typeof specSchema>;

/** `process` of a configuration that can be started: there is a program to run. */
export type Process = ProcessSpec & { readonly args: readonly string[] };

/** Stands where config.json has no `process`: such a container can be created, but not started. */
export const noProcess: Process = { cwd: '/', args: [] };

/** A configuration that has passed `loadConfig`: a Linux container with a root file system. */
export type Config = Omit<Spec, 'process' | 'root'> & { process: Process; root: Root };

export type Root = z.infer<typeof root>;
export type Mount = z.infer<typeof mount>;
export type Hook = z.infer<typeof hook>;
export type Hooks = z.infer<typeof hooks>;
export type HookKind = keyof Hooks;

export type { Device, IdMapping, LinuxSpec, Namespace, NamespaceType, Propagation } from './schema/linux.ts';
export type { Capabilities, CapabilitySet, ProcessSpec, Rlimit, User } from './schema/process.ts';
export type {
  BlockIoResources,
  CpuResources,
  DeviceRule,
  MemoryResources,
  Resources,
  ThrottleDevice,
} from './schema/resources.ts';
export type { Integer } from './schema/scalars.ts';
export type { Seccomp, SeccompAction, SeccompArgument, SeccompSyscall } from './schema/seccomp.ts';
