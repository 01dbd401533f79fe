type Maybe<T> = T | undefined;

/** `linux.resources` of config.json and of `update --resources`: the names of the runtime-spec. */
export interface Resources {
  readonly devices?: Maybe<readonly DeviceRule[]>;
  readonly memory?: Maybe<MemoryResources>;
  readonly cpu?: Maybe<CpuResources>;
  readonly pids?: Maybe<{ readonly limit?: Maybe<number> }>;
  readonly blockIO?: Maybe<BlockIoResources>;
  readonly hugepageLimits?: Maybe<readonly { readonly pageSize: string; readonly limit: number }[]>;
  readonly network?: Maybe<NetworkResources>;
  readonly rdma?: Maybe<Readonly<Record<string, RdmaLimits>>>;
  readonly unified?: Maybe<Readonly<Record<string, string>>>;
}

export interface DeviceRule {
  readonly allow: boolean;
  /** a: all, b: block, c: char. */
  readonly type?: Maybe<string>;
  /** Absent or -1: all. */
  readonly major?: Maybe<number>;
  readonly minor?: Maybe<number>;
  readonly access?: Maybe<string>;
}

export interface MemoryResources {
  readonly limit?: Maybe<number>;
  readonly reservation?: Maybe<number>;
  /** Memory plus swap. */
  readonly swap?: Maybe<number>;
  /** Ignored: the kernel no longer has it. */
  readonly kernel?: Maybe<number>;
  readonly kernelTCP?: Maybe<number>;
  readonly swappiness?: Maybe<number>;
  readonly disableOOMKiller?: Maybe<boolean>;
  readonly useHierarchy?: Maybe<boolean>;
  readonly checkBeforeUpdate?: Maybe<boolean>;
}

export interface CpuResources {
  readonly shares?: Maybe<number>;
  readonly quota?: Maybe<number>;
  readonly burst?: Maybe<number>;
  readonly period?: Maybe<number>;
  readonly realtimeRuntime?: Maybe<number>;
  readonly realtimePeriod?: Maybe<number>;
  readonly cpus?: Maybe<string>;
  readonly mems?: Maybe<string>;
  readonly idle?: Maybe<number>;
}

export interface BlockIoResources {
  readonly weight?: Maybe<number>;
  readonly leafWeight?: Maybe<number>;
  readonly weightDevice?: Maybe<readonly WeightDevice[]>;
  readonly throttleReadBpsDevice?: Maybe<readonly ThrottleDevice[]>;
  readonly throttleWriteBpsDevice?: Maybe<readonly ThrottleDevice[]>;
  readonly throttleReadIOPSDevice?: Maybe<readonly ThrottleDevice[]>;
  readonly throttleWriteIOPSDevice?: Maybe<readonly ThrottleDevice[]>;
}

export interface WeightDevice {
  readonly major: number;
  readonly minor: number;
  readonly weight?: Maybe<number>;
  readonly leafWeight?: Maybe<number>;
}

export interface ThrottleDevice {
  readonly major: number;
  readonly minor: number;
  readonly rate: number;
}

export interface NetworkResources {
  readonly classID?: Maybe<number>;
  readonly priorities?: Maybe<readonly { readonly name: string; readonly priority: number }[]>;
}

export interface RdmaLimits {
  readonly hcaHandles?: Maybe<number>;
  readonly hcaObjects?: Maybe<number>;
}
