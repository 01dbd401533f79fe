import { expect, test } from 'vitest';
import { loadProcess } from '../../src/config/load.ts';
import { complaint, minimal } from './messages.ts';

const process = (more: object) => minimal({ process: { cwd: '/', args: ['sh'], ...more } });
const policy = (memoryPolicy: object) => minimal({ linux: { memoryPolicy } });

/** Each row: what is changed, and what is said of it. */
const wrong: readonly (readonly [object, string])[] = [
  [
    process({ scheduler: { policy: 'SCHED_OTHER', nice: 20 } }),
    'process.scheduler.nice: must be from -20 to 19, not 20',
  ],
  [
    process({ scheduler: { policy: 'SCHED_BATCH', priority: 1 } }),
    'process.scheduler.priority: is only for SCHED_FIFO and SCHED_RR',
  ],
  [
    process({ scheduler: { policy: 'SCHED_FIFO', priority: 1, period: 5 } }),
    'process.scheduler.period: is only for SCHED_DEADLINE',
  ],
  [
    process({ ioPriority: { class: 'IOPRIO_CLASS_BE', priority: 8 } }),
    'process.ioPriority.priority: must be from 0 to 7, not 8',
  ],
  [
    process({ execCPUAffinity: { initial: '1', final: '3-2' } }),
    'process.execCPUAffinity.final: must be a list of processors such as "0-3,7", not "3-2"',
  ],
  [policy({ nodes: '0' }), 'linux.memoryPolicy.mode: is missing'],
  [policy({ mode: 'MPOL_BIND' }), 'linux.memoryPolicy.nodes: is missing: MPOL_BIND needs a set of nodes'],
  [
    policy({ mode: 'MPOL_BIND', nodes: 'all' }),
    'linux.memoryPolicy.nodes: must be a list of memory nodes such as "0-3,7", not "all"',
  ],
  [
    policy({ mode: 'MPOL_LOCAL', flags: ['MPOL_F_STATIC_NODES'] }),
    'linux.memoryPolicy: MPOL_LOCAL has neither nodes nor flags',
  ],
];

test.each(wrong)('%j', (config, message) => {
  expect(complaint(config)).toMatch(/^config\.json:1:\d+: /);
  expect(complaint(config)).toContain(message);
});

test.each([
  process({ scheduler: { policy: 'SCHED_DEADLINE', runtime: 1, deadline: 2, period: 3 } }),
  process({ scheduler: { policy: 'SCHED_RR', priority: 99, nice: -20 } }),
  process({ ioPriority: { class: 'IOPRIO_CLASS_IDLE' }, execCPUAffinity: {} }),
  policy({ mode: 'MPOL_PREFERRED' }),
  policy({ mode: 'MPOL_DEFAULT' }),
])('%j is fine', (config) => {
  expect(complaint(config)).toBeNull();
});

test('in a file of its own a process is named without "process"', () => {
  const text = '{"cwd":"/","args":["x"],"ioPriority":{"class":"IOPRIO_CLASS_RT","priority":9}}';
  expect(() => loadProcess(Buffer.from(text), 'p.json')).toThrow('ioPriority.priority: must be from 0 to 7');
});
