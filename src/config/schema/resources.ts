import * as z from 'zod/mini';
import { flag, int64, integer, shaped, text, textMap, uint16, uint32, uint64 } from './scalars.ts';

/** In a device rule -1 stands for every number. */
export const deviceNumber = integer(-1, 0xffffffff);

const deviceRule = z.object({
  allow: flag,
  type: z.optional(shaped(/^[abc]?$/, '"a", "b" or "c"')),
  major: z.optional(deviceNumber),
  minor: z.optional(deviceNumber),
  access: z.optional(shaped(/^[rwm]*$/, 'made of the letters r, w and m')),
});

const memory = z.object({
  limit: z.optional(int64),
  reservation: z.optional(int64),
  swap: z.optional(int64),
  kernel: z.optional(int64),
  kernelTCP: z.optional(int64),
  swappiness: z.optional(uint64),
  disableOOMKiller: z.optional(flag),
  useHierarchy: z.optional(flag),
  checkBeforeUpdate: z.optional(flag),
});

const cpu = z.object({
  shares: z.optional(uint64),
  quota: z.optional(int64),
  burst: z.optional(uint64),
  period: z.optional(uint64),
  realtimeRuntime: z.optional(int64),
  realtimePeriod: z.optional(uint64),
  cpus: z.optional(text),
  mems: z.optional(text),
  idle: z.optional(int64),
});

const weightDevice = z.object({
  major: deviceNumber,
  minor: deviceNumber,
  weight: z.optional(uint16),
  leafWeight: z.optional(uint16),
});
const throttleDevice = z.object({ major: deviceNumber, minor: deviceNumber, rate: z.optional(uint64) });
const throttle = z.optional(z.array(throttleDevice));

const blockIO = z.object({
  weight: z.optional(uint16),
  leafWeight: z.optional(uint16),
  weightDevice: z.optional(z.array(weightDevice)),
  throttleReadBpsDevice: throttle,
  throttleWriteBpsDevice: throttle,
  throttleReadIOPSDevice: throttle,
  throttleWriteIOPSDevice: throttle,
});

const hugepageLimit = z.object({
  pageSize: shaped(/^[1-9][0-9]*[KMG]B$/, 'a size such as "2MB" or "1GB"'),
  limit: uint64,
});

const network = z.object({
  classID: z.optional(uint32),
  priorities: z.optional(z.array(z.object({ name: text, priority: uint32 }))),
});

export const resourcesSchema = z.object({
  unified: z.optional(textMap),
  devices: z.optional(z.array(deviceRule)),
  memory: z.optional(memory),
  cpu: z.optional(cpu),
  pids: z.optional(z.object({ limit: z.optional(int64) })),
  blockIO: z.optional(blockIO),
  hugepageLimits: z.optional(z.array(hugepageLimit)),
  network: z.optional(network),
  rdma: z.optional(
    z.record(text, z.object({ hcaHandles: z.optional(uint32), hcaObjects: z.optional(uint32) })),
  ),
});

export type Resources = z.infer<typeof resourcesSchema>;
export type DeviceRule = z.infer<typeof deviceRule>;
export type MemoryResources = z.infer<typeof memory>;
export type CpuResources = z.infer<typeof cpu>;
export type BlockIoResources = z.infer<typeof blockIO>;
export type ThrottleDevice = z.infer<typeof throttleDevice>;
