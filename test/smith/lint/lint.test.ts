import { describe, expect, test } from 'vitest';
import { lintImage } from '../../../src/smith/lint/lint.ts';
import { type Execution, rules } from '../../../src/smith/lint/rules.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { attributes, directory, file, symlink } from '../../../src/smith/tree/node.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';

const own = { uid: 10, gid: 10 };
const content = memoryContent('x');
const good: Execution = { User: '10:10', Entrypoint: ['/usr/bin/cat'] };

/** A microcontainer that breaks no rule. */
function image(change: (tree: Tree) => void = () => {}): Tree {
  const tree = new Tree(directory(0o755, own));
  for (const path of ['/usr', '/usr/bin', '/write', '/run']) tree.add(path, directory(0o755, own));
  tree.add('/usr/bin/cat', file(content, 0o755, own));
  tree.add('/bin', symlink('usr/bin', own));
  change(tree);
  return tree;
}

const lint = (tree: Tree, execution = good, ignored: readonly string[] = []) =>
  lintImage({ tree, execution }, ignored);
const said = (tree: Tree, execution = good) =>
  lint(tree, execution).map(({ rule, sentence }) => `${rule}: ${sentence}`);

describe('lint', () => {
  test('finds nothing in a microcontainer', () => {
    expect(said(image())).toEqual([]);
  });

  const cases: readonly (readonly [string, (tree: Tree) => void, string | RegExp])[] = [
    [
      'a shell',
      (tree) => tree.add('/usr/bin/bash', file(content, 0o755, own)),
      'shell: "/usr/bin/bash" is a shell',
    ],
    [
      'a link that is called like a shell',
      (tree) => tree.add('/usr/bin/sh', symlink('cat', own)),
      'shell: "/usr/bin/sh" is a shell',
    ],
    [
      'a package manager',
      (tree) => tree.add('/usr/bin/dpkg', file(content, 0o755, own)),
      'package-manager: "/usr/bin/dpkg" is a package manager',
    ],
    [
      'a setuid file',
      (tree) => tree.add('/usr/bin/su', file(content, 0o4755, own)),
      'setuid: "/usr/bin/su" is setuid, mode 4755',
    ],
    [
      'a setgid file',
      (tree) => tree.add('/usr/bin/wall', file(content, 0o2755, own)),
      'setuid: "/usr/bin/wall" is setgid, mode 2755',
    ],
    [
      'capabilities',
      (tree) =>
        tree.add(
          '/usr/bin/ping',
          file(content, 0o755, { ...own, xattrs: new Map([['security.capability', Buffer.of(1)]]) }),
        ),
      'capabilities: "/usr/bin/ping" has capabilities of its own',
    ],
    [
      'a device',
      (tree) => tree.add('/null', { kind: 'character', ...attributes(0o600, own), major: 1, minor: 3 }),
      'special-files: "/null" is a character device',
    ],
    [
      'a directory that everyone may write to',
      (tree) => tree.add('/etc', directory(0o777, own)),
      'writable: "/etc" can be written to by everyone, mode 0777',
    ],
    [
      'a file of a group',
      (tree) => tree.add('/a', file(content, 0o664, own)),
      'writable: "/a" can be written to by its group, mode 0664',
    ],
    [
      'another owner',
      (tree) => tree.add('/a', file(content)),
      'owner: "/bin" belongs to 10:10, and "/a" to 0:0',
    ],
    [
      'another time',
      (tree) => tree.add('/a', file(content, 0o644, { ...own, mtime: 86_400 })),
      'timestamps: "/bin" is of 1970-01-01T00:00:00.000Z, and "/a" of 1970-01-02T00:00:00.000Z',
    ],
  ];
  test.each(cases)('finds %s', (_, change, sentence) => {
    expect(said(image(change))).toEqual([sentence]);
  });

  test('leaves alone what looks like one', () => {
    const change = (tree: Tree) => {
      tree.add('/usr/share', directory(0o755, own));
      tree.add('/usr/share/sh', file(content, 0o755, own));
      tree.add('/usr/bin/dpkg', file(content, 0o644, own));
      tree.add('/usr/bin/bash', symlink('nowhere', own));
      tree.add('/tmp', directory(0o1777, own));
    };
    expect(said(image(change))).toEqual([]);
  });

  test.each([
    [{ ...good, User: '' }, 'root: the user of the image is not named, and so root'],
    [{ ...good, User: 'root:x' }, 'root: the user of the image is "root:x", and so root'],
    [
      { User: '10' },
      'program: the image does not say what it runs: it has neither an entrypoint nor a command',
    ],
    [
      { ...good, Entrypoint: ['/bin/dog'] },
      'program: "/bin/dog" is what the image runs, and is no program in it',
    ],
  ])('looks at the configuration %j', (execution, sentence) => {
    expect(said(image(), execution)).toEqual([sentence]);
  });

  test('looks for the program in the PATH of the image', () => {
    const execution = { User: '10', Cmd: ['cat'] };
    expect(said(image(), execution)).toEqual([]);
    expect(said(image(), { ...execution, Env: ['PATH=/sbin'] })).toHaveLength(1);
  });

  test('ignores what it is told to', () => {
    expect(lint(image(), { User: '0' }, ['root', 'program'])).toEqual([]);
    expect(() => lint(image(), good, ['shel'])).toThrow('there is no rule "shel"; did you mean "shell"?');
  });

  test('says how many more there are', () => {
    const many = image((tree) => {
      for (let i = 0; i < 25; i++) tree.add(`/f${i}`, file(content, 0o666, own));
    });
    expect(said(many)).toHaveLength(11);
    expect(said(many).at(-1)).toBe('writable: and 15 more');
  });

  test('each rule has been broken here', () => {
    const broken = new Set(
      [...cases.flatMap(([, change]) => lint(image(change))), ...lint(image(), { User: '0' })].map(
        ({ rule }) => rule,
      ),
    );
    expect([...broken].sort()).toEqual(rules.map(({ name }) => name).sort());
  });
});
