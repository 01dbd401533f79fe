import { expect, test } from 'vitest';
import type { Row } from '../../bench/bench.ts';
import { check } from '../../bench/check.ts';

function row(scenario: string, measure: string, samples: Record<string, number[]>, pauseMs = 0): Row {
  return { scenario, measure, pauseMs, unit: 'ms', samples: new Map(Object.entries(samples)) };
}

test('names what was missed, with its value and its limit', () => {
  const { missed } = check([row('run', 'run', { standby: [7], crun: [10], runc: [100] })]);
  expect(missed).toEqual(['run, standby/crun: 0.70 (at most 0.65)']);
});

test('what lies on the limit has reached it', () => {
  const { met, missed } = check([row('exec', 'exec', { standby: [65], crun: [100], runc: [1000] })]);
  expect(missed).toEqual([]);
  expect(met).toEqual(['exec, standby/crun: 0.65 (at most 0.65)', 'exec, standby/runc: 0.07 (at most 0.3)']);
});

test('pauses have targets of their own', () => {
  const { missed } = check([row('run', 'run', { standby: [5], crun: [10], runc: [100] }, 50)]);
  expect(missed).toEqual(['run after 50 ms, standby/crun: 0.50 (at most 0.4)']);
});

test('everything that standby does is compared with runc, except how long a process takes to die', () => {
  const samples = { standby: [5], runc: [10] };
  const { missed } = check([row('kill', 'kill', samples), row('kill', 'exit', samples)]);
  expect(missed).toEqual(['kill, standby/runc: 0.50 (at most 0.3)']);
});

test('cold is judged by the floor and by standby', () => {
  const floor = row('run', 'run', { node: [30] });
  const lifecycle = (cold: number) => row('lifecycle', 'total', { cold: [cold], standby: [10] });
  const name = 'lifecycle: total, cold/(4 × an empty Node script + standby)';
  expect(check([floor, lifecycle(195)]).met).toContain(`${name}: 1.50 (at most 1.5)`);
  expect(check([floor, lifecycle(208)]).missed).toContain(`${name}: 1.60 (at most 1.5)`);
});

test('what was not measured is neither met nor missed', () => {
  const { met, missed, notMeasured } = check([row('run', 'run', { cold: [90], crun: [10] })]);
  expect(met).toEqual([]);
  expect(missed).toEqual([]);
  expect(notMeasured).toContain('run, standby/crun (at most 0.65)');
});
