import { describe, expect, test } from 'vitest';
import type { Setting } from '../../src/cgroups/setting.ts';
import { v1Settings } from '../../src/cgroups/v1.ts';
import { v2Settings, weightFromShares } from '../../src/cgroups/v2.ts';
import type { Resources } from '../../src/config/config.ts';

const lines = (resources: Resources) => v2Settings(resources).map(({ file, text }) => `${file} ${text}`);

test.each([
  [0, 0],
  [1, 1],
  [2, 1],
  [1024, 100],
  [262144, 10000],
  [300000, 10000],
])('%d shares are a weight of %d', (shares, weight) => {
  expect(weightFromShares(shares)).toBe(weight);
});

test('the weight grows with the shares', () => {
  const weights = Array.from({ length: 17 }, (_, power) => weightFromShares(2 ** (power + 1)));
  expect(weights).toEqual(weights.toSorted((a, b) => a - b));
});

describe('memory', () => {
  test.each([
    [{ limit: 100, swap: 300, reservation: 50 }, ['memory.swap.max 200', 'memory.max 100', 'memory.low 50']],
    [{ limit: 100, swap: 100 }, ['memory.swap.max 0', 'memory.max 100']],
    [{ limit: 100, swap: -1 }, ['memory.swap.max max', 'memory.max 100']],
    [{ limit: -1 }, ['memory.swap.max max', 'memory.max max']],
    [{ limit: 100 }, ['memory.max 100']],
    [{ limit: -1, swap: 300 }, ['memory.swap.max 300', 'memory.max max']],
  ] as const)('%j', (memory, expected) => {
    expect(lines({ memory })).toEqual(expected);
  });

  test.each([{ swap: 5 }, { limit: 10, swap: 5 }])('%j makes no sense', (memory) => {
    expect(() => lines({ memory })).toThrow(/memory limit/);
  });
});

test.each([
  [{ quota: 5000 }, ['cpu.max 5000 100000']],
  [{ quota: -1, period: 7 }, ['cpu.max max 7']],
  [{ period: 7 }, ['cpu.max max 7']],
  [{ shares: 1024 }, ['cpu.weight 100']],
  [{ shares: 1024, idle: 1 }, ['cpu.idle 1']],
  [{ shares: 1024, idle: 0 }, ['cpu.idle 0', 'cpu.weight 100']],
  [{ burst: 9, cpus: '0', mems: '1' }, ['cpu.max.burst 9', 'cpuset.cpus 0', 'cpuset.mems 1']],
  [{ burst: 0, quota: 9 }, ['cpu.max.burst 0', 'cpu.max 9 100000']],
  [{ realtimePeriod: 5, realtimeRuntime: 5 }, []],
] as const)('cpu %j', (cpu, expected) => {
  expect(lines({ cpu })).toEqual(expected);
});

test.each([{ burst: 0 }, { burst: 0, quota: 9 }, { idle: 0 }])(
  '%j is as it is on kernels without it',
  (cpu) => {
    const older = (settings: Setting[]) => settings.filter(({ file }) => /burst|idle/.test(file));
    for (const settings of [v1Settings({ cpu }), v2Settings({ cpu })]) {
      expect(older(settings).map(({ orElse }) => orElse)).toEqual([{ on: ['ENOENT'], settings: [] }]);
    }
  },
);

test('a burst that is larger than the quota before waits for the new one', () => {
  const [burst] = v2Settings({ cpu: { burst: 9, quota: 10 } });
  expect(burst).toMatchObject({
    file: 'cpu.max.burst',
    orElse: { on: ['EINVAL'], settings: [{ file: 'cpu.max' }, { file: 'cpu.max.burst' }] },
  });
  expect(v2Settings({ cpu: { burst: 9 } })[0]).not.toHaveProperty('orElse');
});

test('a kernel without swap accounting is fine where swap is not limited', () => {
  const orElse = (memory: Resources['memory']) => v2Settings({ memory })[0]?.orElse;
  expect(orElse({ limit: 100, swap: -1 })).toEqual({ on: ['ENOENT'], settings: [] });
  expect(orElse({ limit: 100, swap: 100 })).toEqual({ on: ['ENOENT'], settings: [] });
  expect(orElse({ limit: 100, swap: 200 })).toBeUndefined();
});

describe('memory.checkBeforeUpdate', () => {
  const check = (memory: Resources['memory'], usage?: string) =>
    v2Settings({ memory: { checkBeforeUpdate: true, ...memory } }, { memory: usage });

  test.each([
    [{ limit: 100 }, 'memory.limit', '100 is not more than the 100 bytes in use'],
    [{ limit: 100, swap: 101 }, 'memory.limit', '100 is not more than'],
    [{ limit: 50, swap: 60 }, 'memory.swap', '60 is not more than'],
  ])('%j is refused when 100 bytes are in use', (memory, origin, message) => {
    expect(() => check(memory, '100')).toThrow(
      expect.objectContaining({
        code: 'config-invalid',
        origin: `linux.resources.${origin}`,
        message: expect.stringContaining(message),
      }),
    );
    expect(() => v2Settings({ memory }, { memory: '100' })).not.toThrow();
  });

  test('what is larger, unlimited or not known to be too small is not', () => {
    expect(() => check({ limit: 101, swap: -1 }, '100')).not.toThrow();
    expect(() => check({ limit: -1 }, '100')).not.toThrow();
    expect(() => check({ limit: 1 })).not.toThrow();
  });
});

test('io: BFQ takes the weight as it is, io.weight from 1 to 10000', () => {
  const [weight] = v2Settings({ blockIO: { weight: 1000 } });
  expect(weight).toMatchObject({ file: 'io.bfq.weight', text: '1000' });
  expect(weight?.orElse?.settings).toMatchObject([{ file: 'io.weight', text: 'default 10000' }]);
  expect(v2Settings({ blockIO: { weight: 10 } })[0]?.orElse?.settings[0]?.text).toBe('default 1');
  expect(
    lines({
      blockIO: {
        weightDevice: [{ major: 8, minor: 0, weight: 10 }],
        throttleReadBpsDevice: [{ major: 8, minor: 0, rate: 1 }],
        throttleWriteIOPSDevice: [{ major: 8, minor: 0, rate: 0 }],
      },
    }),
  ).toEqual(['io.bfq.weight 8:0 10', 'io.max 8:0 rbps=1', 'io.max 8:0 wiops=max']);
});

test.each<[NonNullable<Resources['blockIO']>, string]>([
  [{ leafWeight: 300 }, 'blockIO.leafWeight'],
  [{ weightDevice: [{ major: 8, minor: 0, leafWeight: 300 }] }, 'blockIO.weightDevice[0].leafWeight'],
])('io %j: v2 has no leaf weights', (blockIO, origin) => {
  expect(() => lines({ blockIO })).toThrow(
    expect.objectContaining({ code: 'host-unsupported', origin: `linux.resources.${origin}` }),
  );
  expect(lines({ blockIO: { leafWeight: 0 } })).toEqual([]);
});

test('pids, hugetlb, rdma', () => {
  expect(
    lines({
      pids: { limit: -1 },
      hugepageLimits: [{ pageSize: '1GB', limit: 5 }],
      rdma: { a: { hcaObjects: 1 } },
    }),
  ).toEqual(['pids.max max', 'hugetlb.1GB.max 5', 'hugetlb.1GB.rsvd.max 5', 'rdma.max a hca_object=1']);
});

test('no process at all is a limit of pids', () => {
  expect(lines({ pids: { limit: 0 } })).toEqual(['pids.max 0']);
});

test('unified comes last, a write for each line', () => {
  expect(
    lines({ pids: { limit: 5 }, unified: { 'pids.max': '6', 'io.max': '8:0 rbps=1\n8:1 rbps=2\n' } }),
  ).toEqual(['pids.max 5', 'pids.max 6', 'io.max 8:0 rbps=1', 'io.max 8:1 rbps=2']);
});

test.each(['../../x', 'memory/high', 'memory', '.x', 'Memory.high'])(
  'unified %j is no file of a cgroup',
  (file) => {
    expect(() => lines({ unified: { [file]: '1' } })).toThrow(/name of a cgroup file/);
  },
);

test.each(['freeze', 'kill', 'procs', 'subtree_control', 'threads', 'type'])(
  'unified does not write cgroup.%s',
  (name) => {
    expect(() => lines({ unified: { [`cgroup.${name}`]: '1' } })).toThrow(/not for config.json to write/);
  },
);

test('unified writes other files of the cgroup itself', () => {
  expect(lines({ unified: { 'cgroup.max.descendants': '5', 'misc.max': 'sev 1' } })).toEqual([
    'cgroup.max.descendants 5',
    'misc.max sev 1',
  ]);
});

test('v1 networking is refused', () => {
  expect(() => lines({ network: { classID: 1 } })).toThrow(/neither net_cls nor net_prio/);
  expect(lines({ network: {} })).toEqual([]);
});
