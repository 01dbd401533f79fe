import { count, type Files, some } from './parse.ts';
import type { Count, IntelRdt } from './stats.ts';

const MONITORS = ['mbm_total_bytes', 'mbm_local_bytes', 'llc_occupancy'] as const;

/** What of a monitoring group's domains is told: each name's values, in the order of domains. */
export type Monitored = Readonly<Record<(typeof MONITORS)[number], readonly Count[]>>;
export const monitors = MONITORS;

const cacheInfo = ['cbm_mask', 'min_cbm_bits', 'num_closids'] as const;
const bandwidthInfo = ['bandwidth_gran', 'delay_linear', 'min_bandwidth', 'num_closids'] as const;

/** `group`: the directory of the container's class. */
export function intelRdtPaths(mountPoint: string, group: string): string[] {
  return [
    ...cacheInfo.map((name) => `${mountPoint}/info/L3/${name}`),
    ...bandwidthInfo.map((name) => `${mountPoint}/info/MB/${name}`),
    `${mountPoint}/schemata`,
    `${group}/schemata`,
  ];
}

export function intelRdtStats(
  mountPoint: string,
  group: string,
  files: Files,
  monitored: Monitored,
): IntelRdt {
  const info = (resource: 'L3' | 'MB', name: string) => files[`${mountPoint}/info/${resource}/${name}`];
  const number = (resource: 'L3' | 'MB', name: string) => some(count(info(resource, name)));
  const line = (directory: string, resource: string) =>
    files[`${directory}/schemata`]
      ?.split('\n')
      .map((text) => text.trim())
      .find((text) => text.startsWith(`${resource}:`));
  const cache = info('L3', 'cbm_mask') !== undefined;
  const bandwidth = info('MB', 'min_bandwidth') !== undefined;
  const { mbm_total_bytes: total, mbm_local_bytes: local, llc_occupancy: occupancy } = monitored;
  return {
    ...(cache && {
      l3_cache_info: {
        cbm_mask: info('L3', 'cbm_mask'),
        min_cbm_bits: number('L3', 'min_cbm_bits'),
        num_closids: number('L3', 'num_closids'),
      },
      l3_cache_schema_root: line(mountPoint, 'L3'),
      l3_cache_schema: line(group, 'L3'),
    }),
    ...(bandwidth && {
      mem_bw_info: Object.fromEntries(bandwidthInfo.map((name) => [name, number('MB', name)])),
      mem_bw_schema_root: line(mountPoint, 'MB'),
      mem_bw_schema: line(group, 'MB'),
    }),
    ...(total.length > 0 && {
      mbm_stats: total.map((bytes, at) => ({ mbm_total_bytes: bytes, mbm_local_bytes: local[at] ?? 0 })),
    }),
    ...(occupancy.length > 0 && { cmt_stats: occupancy.map((bytes) => ({ llc_occupancy: bytes })) }),
  };
}
