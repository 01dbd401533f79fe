import { expect, test } from 'vitest';
import { bitList } from '../../src/config/bit-list.ts';
import type { Process } from '../../src/config/config.ts';
import { affinityOps } from '../../src/plan/scheduling.ts';
import { find, names, stubOf } from './build.ts';

const filter = { program: new Uint8Array(8), flags: [], listener: null } as const;
const scheduler = { policy: 'SCHED_FIFO', priority: 5, flags: ['SCHED_FLAG_RESET_ON_FORK'] } as const;

test('what may need CAP_SYS_NICE comes before capabilities are dropped and calls are filtered', () => {
  const stub = stubOf({
    process: {
      scheduler: { ...scheduler, flags: [...scheduler.flags] },
      ioPriority: { class: 'IOPRIO_CLASS_RT' },
    },
    linux: { personality: { domain: 'LINUX32' }, memoryPolicy: { mode: 'MPOL_LOCAL' } },
    facts: { seccomp: filter },
  });
  const list = names(stub);
  const asked = list.slice(list.indexOf('scheduler'), list.indexOf('scheduler') + 4);
  expect(asked).toEqual(['scheduler', 'ioPriority', 'personality', 'memoryPolicy']);
  expect(list.indexOf('memoryPolicy')).toBeLessThan(list.indexOf('seccomp'));
  expect(list.indexOf('seccomp')).toBeLessThan(list.indexOf('user'));
  // A process is scheduled anew by its cpu cgroup, and the nodes of a policy are those of its cpuset.
  expect(list.lastIndexOf('joinCgroup')).toBeLessThan(list.indexOf('scheduler'));
});

test('what is not set is 0', () => {
  const stub = stubOf({ process: { scheduler: { policy: 'SCHED_IDLE' } } });
  expect(find(stub, 'scheduler')).toMatchObject({ flags: [], nice: 0, priority: 0, runtime: 0, period: 0 });
});

test('without any of them nothing is set', () => {
  expect(names(stubOf({ linux: { namespaces: [{ type: 'mount' }], personality: {} } }))).not.toContain(
    'personality',
  );
  expect(names(stubOf({}))).not.toContain('scheduler');
});

test('execCPUAffinity is not for the first process', () => {
  expect(names(stubOf({ process: { execCPUAffinity: { initial: '0', final: '1' } } }))).not.toContain(
    'affinity',
  );
});

const affinity = (execCPUAffinity: NonNullable<Process['execCPUAffinity']>) => {
  const { initial, final } = affinityOps({ cwd: '/', args: ['x'], execCPUAffinity }, 'process');
  return [initial, final].map((ops) => ops.map((op) => (op.op === 'affinity' ? bitList(op.cpus) : op.op)));
};

test.each([
  [{}, [[], []]],
  [{ initial: '0', final: '1-2' }, [['0'], ['1-2']]],
  [{ final: '3' }, [[], ['3']]],
  // Not to be kept: "the container's default CPU affinity is used".
  [{ initial: '0' }, [['0'], ['0-8191']]],
  [{ initial: '0', final: '' }, [['0'], ['0-8191']]],
])('%j', (asked, expected) => {
  expect(affinity(asked)).toEqual(expected);
});
