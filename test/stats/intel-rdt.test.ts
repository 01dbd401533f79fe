import { expect, test } from 'vitest';
import { intelRdtPaths, intelRdtStats } from '../../src/stats/intel-rdt.ts';

const none = { mbm_total_bytes: [], mbm_local_bytes: [], llc_occupancy: [] };
const files = {
  '/r/info/L3/cbm_mask': 'fffff',
  '/r/info/L3/min_cbm_bits': '1',
  '/r/info/L3/num_closids': '16',
  '/r/info/MB/bandwidth_gran': '10',
  '/r/info/MB/delay_linear': '1',
  '/r/info/MB/min_bandwidth': '10',
  '/r/info/MB/num_closids': '8',
  '/r/schemata': '    L3:0=fffff;1=fffff\n    MB:0=100;1=100',
  '/r/c1/schemata': '    L3:0=ff;1=c0\n    MB:0=20;1=70',
};

test('schemas and limits of the host, and of the class', () => {
  expect(intelRdtPaths('/r', '/r/c1')).toEqual(Object.keys(files));
  expect(intelRdtStats('/r', '/r/c1', files, none)).toEqual({
    l3_cache_info: { cbm_mask: 'fffff', min_cbm_bits: 1, num_closids: 16 },
    l3_cache_schema_root: 'L3:0=fffff;1=fffff',
    l3_cache_schema: 'L3:0=ff;1=c0',
    mem_bw_info: { bandwidth_gran: 10, delay_linear: 1, min_bandwidth: 10, num_closids: 8 },
    mem_bw_schema_root: 'MB:0=100;1=100',
    mem_bw_schema: 'MB:0=20;1=70',
  });
});

test('what is monitored, domain by domain', () => {
  const monitored = { mbm_total_bytes: [1, 2], mbm_local_bytes: [3, 4], llc_occupancy: [5] };
  expect(intelRdtStats('/r', '/r/c1', {}, monitored)).toEqual({
    mbm_stats: [
      { mbm_total_bytes: 1, mbm_local_bytes: 3 },
      { mbm_total_bytes: 2, mbm_local_bytes: 4 },
    ],
    cmt_stats: [{ llc_occupancy: 5 }],
  });
});
