/**
 * What `events` tells of a container, in the form that callers decode: the members of runc's types/events.go, in its
 * order. What is not known, or zero where runc leaves out a zero, is undefined, which JSON leaves out.
 */
export interface Stats {
  readonly cpu: Cpu;
  readonly cpuset: CpuSet;
  readonly memory: Memory;
  readonly pids: { readonly current?: Count | undefined; readonly limit?: Count | undefined };
  readonly blkio: BlockIo;
  readonly hugetlb: Readonly<Record<string, HugePages>>;
  readonly intel_rdt: IntelRdt;
  /** Of veth pairs that runc once made itself: no OCI container has any. */
  readonly network_interfaces: null;
}

/** Counters are of 64 bits; what a double cannot hold is a bigint. */
export type Count = number | bigint;

export interface Cpu {
  /** Nanoseconds. */
  readonly usage: {
    readonly total?: Count | undefined;
    readonly percpu?: readonly Count[] | undefined;
    readonly percpu_kernel?: readonly Count[] | undefined;
    readonly percpu_user?: readonly Count[] | undefined;
    readonly kernel: Count;
    readonly user: Count;
  };
  readonly throttling: {
    readonly periods?: Count | undefined;
    readonly throttledPeriods?: Count | undefined;
    /** Nanoseconds. */
    readonly throttledTime?: Count | undefined;
  };
  readonly psi?: Pressure | undefined;
}

export interface CpuSet {
  readonly cpus?: readonly number[] | undefined;
  readonly cpu_exclusive: Count;
  readonly mems?: readonly number[] | undefined;
  readonly mem_hardwall: Count;
  readonly mem_exclusive: Count;
  readonly memory_migrate: Count;
  readonly memory_spread_page: Count;
  readonly memory_spread_slab: Count;
  readonly memory_pressure: Count;
  readonly sched_load_balance: Count;
  readonly sched_relax_domain_level: Count;
}

/** Bytes. */
export interface Memory {
  readonly cache?: Count | undefined;
  readonly usage: MemoryEntry;
  /** Of memory and swap together, on v2 too. */
  readonly swap: MemoryEntry;
  readonly kernel: MemoryEntry;
  readonly kernelTCP: MemoryEntry;
  /** All of memory.stat, by name. */
  readonly raw?: Readonly<Record<string, Count>> | undefined;
  readonly psi?: Pressure | undefined;
}

export interface MemoryEntry {
  readonly limit: Count;
  readonly usage?: Count | undefined;
  readonly max?: Count | undefined;
  readonly failcnt: Count;
}

export interface BlockIo {
  readonly ioServiceBytesRecursive?: readonly BlockIoEntry[] | undefined;
  readonly ioServicedRecursive?: readonly BlockIoEntry[] | undefined;
  readonly ioQueueRecursive?: readonly BlockIoEntry[] | undefined;
  readonly ioServiceTimeRecursive?: readonly BlockIoEntry[] | undefined;
  readonly ioWaitTimeRecursive?: readonly BlockIoEntry[] | undefined;
  readonly ioMergedRecursive?: readonly BlockIoEntry[] | undefined;
  readonly ioTimeRecursive?: readonly BlockIoEntry[] | undefined;
  readonly sectorsRecursive?: readonly BlockIoEntry[] | undefined;
  readonly psi?: Pressure | undefined;
}

export interface BlockIoEntry {
  readonly major?: Count | undefined;
  readonly minor?: Count | undefined;
  readonly op?: string | undefined;
  readonly value?: Count | undefined;
}

export interface HugePages {
  readonly usage?: Count | undefined;
  readonly max?: Count | undefined;
  readonly failcnt: Count;
}

/** Pressure stall information: shares of time in percent, and microseconds. */
export interface Pressure {
  readonly some: Stall;
  readonly full: Stall;
}

export interface Stall {
  readonly avg10: number;
  readonly avg60: number;
  readonly avg300: number;
  readonly total: Count;
}

export interface IntelRdt {
  readonly l3_cache_info?: Readonly<Record<string, Count | string | undefined>> | undefined;
  readonly l3_cache_schema_root?: string | undefined;
  readonly l3_cache_schema?: string | undefined;
  readonly mem_bw_info?: Readonly<Record<string, Count | undefined>> | undefined;
  readonly mem_bw_schema_root?: string | undefined;
  readonly mem_bw_schema?: string | undefined;
  readonly mbm_stats?:
    | readonly { readonly mbm_total_bytes: Count; readonly mbm_local_bytes: Count }[]
    | undefined;
  readonly cmt_stats?: readonly { readonly llc_occupancy: Count }[] | undefined;
}
