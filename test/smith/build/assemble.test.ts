import { describe, expect, test } from 'vitest';
import { assemble } from '../../../src/smith/build/assemble.ts';
import { excludedPaths, wantedPaths } from '../../../src/smith/build/wanted.ts';
import { Selection } from '../../../src/smith/closure/selection.ts';
import { identityOf } from '../../../src/smith/recipe/identity.ts';
import { loadRecipe } from '../../../src/smith/recipe/load.ts';
import { memoryContent, wholeContent } from '../../../src/smith/tree/content.ts';
import { directory, file, symlink } from '../../../src/smith/tree/node.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';

const text = (content: string, mode?: number) => file(memoryContent(content), mode);

function select(source: Tree, ...paths: string[]): Selection {
  const selection = new Selection();
  for (const path of paths) {
    const node = source.get(path);
    if (node) selection.add(path, node, { kind: 'wanted', because: 'a test' });
  }
  return selection;
}

const source = new Tree();
source.add('/usr/bin/cat', text('cat', 0o755));
source.add('/usr/bin/dog', text('dog', 0o755));
source.add('/bin', symlink('usr/bin'));
source.add('/etc/passwd', text('theirs'));
const selection = () => select(source, '/bin', '/usr', '/usr/bin', '/usr/bin/cat');
const paths = (tree: Tree) => [...tree.walk()].map(([path]) => path);
const read = (tree: Tree, path: string) => {
  const node = tree.get(path);
  return node?.kind === 'file' ? wholeContent(node.content).toString() : undefined;
};
const nothing = { names: null, overlay: null, mounts: [] };

describe('the root of an image', () => {
  test('has what is selected, and the directories of every microcontainer', () => {
    expect(paths(assemble({ selection: selection(), ...nothing }))).toEqual([
      '/',
      '/bin',
      '/dev',
      '/proc',
      '/read',
      '/run',
      '/sys',
      '/usr',
      '/usr/bin',
      '/usr/bin/cat',
      '/write',
    ]);
    // The source is as it was.
    expect(source.get('/usr/bin/dog')).toBeDefined();
  });

  test('has mounts', () => {
    expect(paths(assemble({ selection: selection(), ...nothing, mounts: ['/var/lib/db'] }))).toContain(
      '/var/lib/db',
    );
  });

  test('knows its user by name, whatever the source says', () => {
    const names = identityOf({ user: 'web' });
    const tree = assemble({ selection: select(source, '/etc', '/etc/passwd'), ...nothing, names });
    expect(read(tree, '/etc/passwd')).toContain('web:x:10:10:');
    expect(read(tree, '/etc/nsswitch.conf')).toContain('hosts: files dns\n');
  });

  test('is laid over by an overlay', () => {
    const overlay = new Tree();
    overlay.add('/bin/cat', text('better cat', 0o755));
    overlay.add('/read/data', text('data'));
    overlay.add('/read/.gitignore', text('*'));
    overlay.add('/usr/bin', directory(0o711));
    overlay.add('/run', symlink('write'));
    const tree = assemble({ selection: selection(), ...nothing, overlay });
    expect(read(tree, '/usr/bin/cat')).toBe('better cat');
    expect(tree.get('/bin')?.kind).toBe('symlink');
    expect(tree.get('/usr/bin')?.mode).toBe(0o711);
    expect(read(tree, '/read/data')).toBe('data');
    expect(tree.get('/read/.gitignore')).toBeUndefined();
    // Where a link of the overlay leads to a directory, there is one.
    expect(tree.get('/run')?.kind).toBe('symlink');
  });

  test('has a directory in place of a file where one has to be', () => {
    const overlay = new Tree();
    overlay.add('/write', text('a file'));
    expect(assemble({ selection: selection(), ...nothing, overlay }).get('/write')?.kind).toBe('directory');
  });
});

describe('what a recipe names', () => {
  const load = (yaml: string) => loadRecipe(Buffer.from(yaml), 'smith.yaml');

  test('is found, with the place that names it', () => {
    expect(
      wantedPaths(load('paths:\n- /bin/c*\n- /usr/bin/dog\noptional: [/usr/bin/cow, /etc/*]'), source),
    ).toEqual([
      { path: '/bin/cat', because: 'smith.yaml:2:3: /bin/c*' },
      { path: '/usr/bin/dog', because: 'smith.yaml:3:3: /usr/bin/dog' },
      { path: '/etc/passwd', because: 'smith.yaml:4:26: /etc/*' },
    ]);
  });

  test('and is not there is an error with its place', () => {
    expect(() => wantedPaths(load('paths:\n- /bin/cat\n- /bin/cow*'), source)).toThrow(
      'smith.yaml:3:3: paths[1]: there is nothing like "/bin/cow*" in the source',
    );
    expect(() => excludedPaths(load('excludes: [/usr/share/man]'), source)).toThrow(
      'smith.yaml:1:12: excludes[0]: there is nothing like "/usr/share/man" in the source',
    );
  });

  test('is excluded by any name that it has', () => {
    const excluded = excludedPaths(load('excludes: [/bin/dog, "/et*"]'), source);
    expect(excluded('/usr/bin/dog')).toBe(true);
    expect(excluded('/etc')).toBe(true);
    expect(excluded('/usr/bin/cat')).toBe(false);
  });
});
