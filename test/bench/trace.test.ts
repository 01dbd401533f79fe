import { expect, test } from 'vitest';
import { timesOf } from '../../bench/trace.ts';

const step = (pid: number, cat: string, name: string, ts: number, dur: number, subject?: string) => {
  return { ph: 'X', pid, tid: 1, cat, name, ts, dur, args: subject === undefined ? {} : { subject } };
};

test('each step has the time that no smaller one has, and those of one name are added', () => {
  const traceEvents = [
    { ph: 'M', pid: 1, tid: 1, name: 'process_name', args: {} },
    step(1, 'launcher', 'railcar', 0, 100, 'run'),
    step(1, 'launcher', 'wait', 5, 20, 'PLAN'),
    step(2, 'node', 'build', 6, 10, 'plan'),
    step(1, 'launcher', 'execute', 30, 60, 'PLAN'),
    step(1, 'hands', 'mkdir', 30, 10, '/a'),
    step(1, 'hands', 'mkdir', 40, 15, '/b'),
  ];
  expect(Object.fromEntries(timesOf(JSON.stringify({ traceEvents })))).toEqual({
    total: 100,
    'launcher: between steps': 20,
    'launcher: wait PLAN': 20,
    'node: build plan': 10,
    'launcher: execute PLAN': 35,
    'hands: mkdir': 25,
  });
});
