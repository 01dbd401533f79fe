import { expect, test } from 'vitest';
import { resolveInside } from '../../src/lifecycle/resolve.ts';
import { Recorder } from '../execute/recorder.ts';

/** Links of a container whose first process is 42, by their place in it. */
function inside(links: Readonly<Record<string, string>>, paths: readonly string[]) {
  const named = Object.entries(links).map(([path, target]) => [`/proc/42/root${path}`, target]);
  // The fake host follows none of them: what is asked for has to be the path without links.
  const hands = new Recorder();
  hands.read = async (reads) =>
    reads.map(({ path }) => {
      const target = Object.fromEntries(named)[path];
      return target === undefined ? { errno: 22, items: [] } : { errno: 0, items: [Buffer.from(target)] };
    });
  return resolveInside(hands, 42, paths);
}

test.each([
  ['nothing is a link', {}, '/a/b', '/a/b'],
  ['an absolute one begins at the root of the container', { '/var/run': '/run' }, '/var/run/x', '/run/x'],
  ['a relative one where it is', { '/var/run': '../run' }, '/var/run/x', '/run/x'],
  ['the last component too', { '/a/b': 'c' }, '/a/b', '/a/c'],
  ['one that leads to another', { '/a': 'b', '/b': '/c/d', '/c/d': 'e' }, '/a/x', '/c/e/x'],
  ['nothing is above the root', { '/a': '../../../b' }, '/a', '/b'],
  [
    'behind a link that leads upwards there may be another',
    { '/a/up': '../v', '/v': 'w' },
    '/a/up/x',
    '/w/x',
  ],
])('%s', async (_, links, path, resolved) => {
  expect(await inside(links, [path])).toEqual({ [path]: resolved });
});

test('a circle has an end', async () => {
  await expect(inside({ '/a': '/b', '/b': '/a' }, ['/a/x'])).resolves.toBeDefined();
});

test('without paths nothing is read', async () => {
  const hands = new Recorder();
  expect(await resolveInside(hands, 42, [])).toEqual({});
  expect(hands.batches).toEqual([]);
});
