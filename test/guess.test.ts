import { expect, test } from 'vitest';
import { Guess } from '../src/guess.ts';

const long = '0123456789abcdef';

test('nothing is guessed at first', () => {
  expect(new Guess().of('c1')).toEqual([]);
});

test('the next container is guessed to read what the last one did, by its own id', () => {
  const guess = new Guess();
  guess.learn('c1', ['/cg/cpuset/c1/cpuset.cpus', '/cg/cpuset/cpuset.cpus']);
  expect(guess.of('other')).toEqual(['/cg/cpuset/other/cpuset.cpus', '/cg/cpuset/cpuset.cpus']);
});

test('a short id is nobody else’s letters, a long one may have a prefix', () => {
  const guess = new Guess();
  guess.learn('cg', ['/sys/cgroup/cg/freezer.state']);
  expect(guess.of('x')).toEqual(['/sys/cgroup/x/freezer.state']);
  guess.learn(long, [`/cg/libpod-${long}.scope/freezer.state`]);
  expect(guess.of('x')).toEqual(['/cg/libpod-x.scope/freezer.state']);
});

test('a cgroup so deep that it has too many files is not guessed', () => {
  const guess = new Guess();
  guess.learn(
    'c1',
    Array.from({ length: 65 }, (_, index) => `/${index}`),
  );
  expect(guess.of('c1')).toEqual([]);
});
