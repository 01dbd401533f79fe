import { describe, expect, test } from 'vitest';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { expandGlob, globMatcher } from '../../../src/smith/tree/glob.ts';
import { file, symlink } from '../../../src/smith/tree/node.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';

const tree = new Tree();
for (const path of [
  '/usr/bin/cat',
  '/usr/bin/cut',
  '/usr/bin/[',
  '/usr/lib/x/liba.so.1',
  '/usr/lib/x/y/libb.so',
  '/usr/lib/.hidden',
  '/etc/ssl/certs/a.pem',
]) {
  tree.add(path, file(memoryContent('')));
}
tree.add('/bin', symlink('usr/bin'));
tree.add('/usr/bin/loop', symlink('loop'));
tree.add('/usr/lib/x/back', symlink('..'));

describe('a glob', () => {
  test.each([
    ['/usr/bin/cat', ['/usr/bin/cat']],
    ['usr/bin/cat', ['/usr/bin/cat']],
    ['/usr//bin/./cat/', ['/usr/bin/cat']],
    ['/usr/bin/c*', ['/usr/bin/cat', '/usr/bin/cut']],
    ['/usr/bin/c[au]t', ['/usr/bin/cat', '/usr/bin/cut']],
    ['/usr/bin/c?t', ['/usr/bin/cat', '/usr/bin/cut']],
    ['/usr/bin/{cat,dog}', ['/usr/bin/cat']],
    ['/usr/bin/\\[', ['/usr/bin/[']],
    ['/usr/lib/*', ['/usr/lib/.hidden', '/usr/lib/x']],
    ['/usr/**/*.so*', ['/usr/lib/x/liba.so.1', '/usr/lib/x/y/libb.so']],
    ['/usr/lib/x/**', ['/usr/lib/x/back', '/usr/lib/x/liba.so.1', '/usr/lib/x/y', '/usr/lib/x/y/libb.so']],
    ['/**/cat', ['/usr/bin/cat']],
    // Through a link, by the name that it gives.
    ['/bin/cat', ['/bin/cat']],
    ['/b*/cat', ['/bin/cat']],
    ['/bin', ['/bin']],
    // There, if to no purpose.
    ['/usr/bin/loop', ['/usr/bin/loop']],
    ['/usr/bin/loop/x', []],
    ['/usr/bin/dog', []],
    ['/usr/bin/cat/x', []],
    ['/etc/*.pem', []],
    ['/', ['/']],
  ])('%s', (pattern, paths) => {
    expect(expandGlob(tree, pattern)).toEqual(paths);
  });

  test('matches paths by themselves', () => {
    const matches = globMatcher(['/usr/share/*/man', '**/*.pyc', '/etc/apt']);
    expect(matches('/usr/share/x/man')).toBe(true);
    expect(matches('/usr/share/x/y/man')).toBe(false);
    expect(matches('/a/.b/c.pyc')).toBe(true);
    expect(matches('/etc/apt')).toBe(true);
    expect(matches('/etc/apt/x')).toBe(false);
    expect(globMatcher([])('/a')).toBe(false);
  });
});
