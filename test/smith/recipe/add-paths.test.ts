import { expect, test } from 'vitest';
import { addPaths } from '../../../src/smith/recipe/add-paths.ts';

const add = (text: string, ...paths: string[]) => addPaths(text, paths, 'smith.yaml');

test.each([
  ['a list', 'paths:\n- /a\ncmd: [x]\n', 'paths:\n- /a\n- /b\n- /c d\ncmd: [x]\n'],
  [
    'comments, blank lines, an indented list',
    '# one\npackage: x\n\npaths: # two\n  - /a # three\n  # four\n\ncmd: [x] # five\n',
    '# one\npackage: x\n\npaths: # two\n  - /a # three\n  - /b\n  - /c d\n  # four\n\ncmd: [x] # five\n',
  ],
  ['a list without an end of line', 'paths:\n- /a', 'paths:\n- /a\n- /b\n- /c d\n'],
  ['a list in one line', 'paths: [ /a, "/x" ] # y\n', 'paths: [ /a, "/x", /b, /c d ] # y\n'],
  ['an empty list', 'paths: []\ncmd: [x]\n', 'paths: [/b, /c d]\ncmd: [x]\n'],
  ['no list', 'cmd: [x]', 'cmd: [x]\npaths:\n- /b\n- /c d\n'],
  ['nothing', '', 'paths:\n- /b\n- /c d\n'],
  ['another spelling', 'Paths:\n- /a\n', 'Paths:\n- /a\n- /b\n- /c d\n'],
])('to %s', (_, before, after) => {
  expect(add(before, '/b', '/c d')).toBe(after.replaceAll('/c d', '"/c d"'));
});

test('what YAML would read otherwise is quoted', () => {
  expect(add('paths: [/a]\n', '/x: y', '/a,b', '/#z', '/\\[', '/*.so')).toBe(
    'paths: [/a, "/x: y", "/a,b", "/#z", "/\\\\[", /*.so]\n',
  );
});

test('no paths, no change', () => {
  expect(add('paths: [/a]')).toBe('paths: [/a]');
});

test.each([
  ['an alias', 'optional: &x [/a]\npaths: *x\n'],
  ['a recipe in one line', '{paths: [/a]}\n'],
  ['a key without a value', 'paths:\ncmd: [x]\n'],
])('%s is refused', (_, before) => {
  expect(() => add(before, '/b')).toThrow(
    'cannot add to "paths": it is written in a way that is too unusual',
  );
});
