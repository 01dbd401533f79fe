import { describe, expect, test } from 'vitest';
import { loadRecipe } from '../../../src/smith/recipe/load.ts';

const load = (text: string) => loadRecipe(Buffer.from(text), 'smith.yaml');
const recipe = (text: string) => load(text).recipe;

describe('a smith.yaml', () => {
  test("of the original's README", () => {
    const text = `package: coreutils
paths:
- /usr/bin/cat
cmd:
- /usr/bin/cat
- /read/data
`;
    expect(recipe(text)).toEqual({
      package: 'coreutils',
      paths: ['/usr/bin/cat'],
      cmd: ['/usr/bin/cat', '/read/data'],
    });
  });

  test('keeps what looks like a number as it was written', () => {
    expect(recipe('user: 010\nlabels: {version: 1.10}\nenv: [A=1]\npackage: 7')).toEqual({
      user: '010',
      labels: { version: '1.10' },
      env: ['A=1'],
      package: '7',
    });
    expect(recipe('user: 10:10').user).toBe('10:10');
  });

  test.each([
    ['true', true],
    ['yes', true],
    ['on', true],
    ['False', false],
    ['off', false],
  ])('knows the truth %s', (word, truth) => {
    expect(recipe(`nss: ${word}`).nss).toBe(truth);
  });

  test('may be JSON, and may be empty', () => {
    expect(recipe('{"package": "a", "ports": {"80/tcp": {}}, "root": true}')).toEqual({
      package: 'a',
      ports: { '80/tcp': {} },
      root: true,
    });
    expect(recipe('')).toEqual({});
    expect(recipe('# nothing\n')).toEqual({});
  });

  test('takes a key without a value for one that is not there', () => {
    expect(recipe('package: a\ncmd:\nenv: ~\nuser: null\n')).toEqual({ package: 'a' });
  });

  test('has ports with nothing behind them', () => {
    expect(recipe('ports:\n  80/tcp:\n  53/udp: {}')).toEqual({ ports: { '80/tcp': null, '53/udp': {} } });
  });

  test('says what loaders are not told', () => {
    const text =
      'gconv: [UTF-16]\ndlopen: suggested\nloads: {/bin/a: [libx.so]}\nmissing: [libq.so*]\nforce: no\nmentioned: on';
    expect(recipe(text)).toEqual({
      gconv: ['UTF-16'],
      dlopen: 'suggested',
      loads: { '/bin/a': ['libx.so'] },
      missing: ['libq.so*'],
      force: false,
      mentioned: true,
    });
    expect(recipe('gconv: yes\ndlopen: no')).toEqual({ gconv: true, dlopen: false });
  });

  test('spells keys in upper or lower case', () => {
    expect(recipe('Package: a\nMock: {Config: b}')).toEqual({ package: 'a', mock: { config: 'b' } });
  });

  test('has aliases', () => {
    expect(recipe('entrypoint: &c [/bin/a]\ncmd: *c').cmd).toEqual(['/bin/a']);
  });

  test('tells where its values are', () => {
    const { positions } = load('package: a\npaths:\n- /bin/a\n-   /bin/b\n');
    expect(positions.of('paths[1]')).toEqual({ line: 4, column: 5 });
    expect(positions.of('paths')).toEqual({ line: 2, column: 1 });
    expect(positions.of('package')).toEqual({ line: 1, column: 1 });
    expect(positions.of('nss')).toEqual({ line: 1, column: 1 });
  });
});

describe('what is wrong is said with its place', () => {
  test.each([
    ['pakage: a', 'smith.yaml:1:1: pakage: there is no such key; did you mean "package"?'],
    ['package: a\nmock:\n  dep: [b]', 'smith.yaml:3:3: mock.dep: there is no such key; did you mean "deps"?'],
    ['package: a\nPACKAGE: b', 'smith.yaml:2:1: PACKAGE: is there twice, in upper and lower case'],
    ['package: a\npackage: b', 'smith.yaml:2:1: map keys must be unique'],
    ['paths: /bin/a', 'smith.yaml:1:1: paths: must be an array, not "/bin/a"'],
    ['paths:\n- [a]', 'smith.yaml:2:3: paths[0]: must be a string, not an array'],
    ['nss: perhaps', 'smith.yaml:1:1: nss: must be one of'],
    [
      'type: rmp\npackage: a',
      'smith.yaml:1:1: type: must be one of "mock", "rpm", "deb", "oci", "dir", not "rmp"; did you mean "rpm"?',
    ],
    ['cmd: [a\nb: c', 'smith.yaml:2:'],
    ['- a', 'smith.yaml:1:1: must be an object'],
    ['env: [A]', 'smith.yaml:1:7: env[0]: must be NAME=VALUE, not "A"'],
    ['ports: {80/icmp: {}}', 'smith.yaml:1:9: ports["80/icmp"]: must be PORT'],
    ['ports: {"70000": {}}', 'smith.yaml:1:9: ports["70000"]: must be PORT'],
    ['mounts: [data]', 'smith.yaml:1:10: mounts[0]: must be an absolute path, not "data"'],
    ['dir: here', 'smith.yaml:1:1: dir: must be an absolute path'],
    ['user: "a b"', 'smith.yaml:1:1: user: must be USER or USER:GROUP'],
    ['user: 5000000000', 'smith.yaml:1:1: user: 5000000000 is more than an id can be'],
    ['groups: ["a:b"]', 'smith.yaml:1:10: groups[0]: must be the name of a group'],
    ['dlopen: perhaps', 'smith.yaml:1:1: dlopen: must be true, false, or the least priority'],
    ['gconv: {a: b}', 'smith.yaml:1:1: gconv: must be true, false or a list of character sets'],
    ['labels: {a: }', 'smith.yaml:1:10: labels.a: must be a string, not null'],
    ['paths: [""]', 'smith.yaml:1:9: paths[0]: is empty'],
    ['platform: arm64', 'smith.yaml:1:1: platform: must be OS/ARCHITECTURE'],
    ['type: oci', 'smith.yaml:1:1: type: needs a "package" that is of it'],
    ['prefix: /', 'smith.yaml:1:1: prefix: must be an absolute path below the root'],
    ['? [a]\n: b', 'smith.yaml:1:3: a key has to be a text'],
    ['a: &a [x,x]\n---\nb: c', 'smith.yaml:2:'],
  ])('%j', (text, message) => {
    expect(() => load(text)).toThrow(message);
  });

  test('aliases that blow up', () => {
    const lines = ['a0: &a0 [x]'];
    for (let i = 1; i < 20; i++)
      lines.push(
        `a${i}: &a${i} [${Array(9)
          .fill(`*a${i - 1}`)
          .join(',')}]`,
      );
    expect(() => load(lines.join('\n'))).toThrow('too many aliases of aliases');
  });

  test('bytes that are no text', () => {
    expect(() => loadRecipe(Buffer.from([0x70, 0xff]), 'x.yaml')).toThrow('x.yaml: is not valid UTF-8');
  });
});
