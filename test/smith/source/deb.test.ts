import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { unpackDebs } from '../../../src/smith/source/deb.ts';
import { runProgram } from '../../../src/smith/source/program.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'railcar-deb-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A package of these files, one of which would run when it is installed. */
function deb(name: string, files: readonly string[]): string {
  const root = join(folder, name);
  const all = {
    'DEBIAN/control': `Package: ${name}\nVersion: 1:2.0\nArchitecture: all\nMaintainer: x <x@y.example>\nDescription: x\n`,
  };
  for (const [path, text] of [...Object.entries(all), ...files.map((path) => [path, name] as const)]) {
    mkdirSync(join(root, dirname(path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  writeFileSync(join(root, 'DEBIAN/postinst'), `#!/bin/sh\ntouch ${folder}/executed\n`);
  chmodSync(join(root, 'DEBIAN/postinst'), 0o755);
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', root, `${root}.deb`], { stdio: 'ignore' });
  return `${root}.deb`;
}

describe('packages of Debian', () => {
  test('are laid over each other below one /usr, and nothing of them runs', async () => {
    using workspace = new Workspace(folder);
    const files = [deb('one', ['bin/a', 'usr/lib/x/b']), deb('two', ['usr/bin/c', 'lib/y', 'etc/two.conf'])];
    const { tree, database } = await unpackDebs(files, workspace);
    expect([...tree.walk()].filter(([, { kind }]) => kind !== 'directory').map(([path]) => path)).toEqual([
      '/bin',
      '/etc/two.conf',
      '/lib',
      '/usr/bin/a',
      '/usr/bin/c',
      '/usr/lib/x/b',
      '/usr/lib/y',
    ]);
    expect(database.packages).toMatchObject([
      { name: 'one', version: '1:2.0', architecture: 'all' },
      { name: 'two' },
    ]);
    expect([...database.owners].map(([path, { name }]) => `${path} ${name}`).sort()).toEqual([
      '/etc/two.conf two',
      '/usr/bin/a one',
      '/usr/bin/c two',
      '/usr/lib/x/b one',
      '/usr/lib/y two',
    ]);
    expect(() => execFileSync('test', ['-e', `${folder}/executed`])).toThrow();
  });

  test('that are none are said in the words of dpkg', async () => {
    using workspace = new Workspace(folder);
    const file = join(folder, 'none.deb');
    writeFileSync(file, 'no package');
    await expect(unpackDebs([file], workspace)).rejects.toThrow(
      /cannot read package ".*none.deb": "dpkg-deb" says: dpkg-deb: error: /,
    );
  });
});

describe('a program of this machine', () => {
  const doing = 'try this';

  test('gives what it prints, as text or as it comes', async () => {
    expect(await runProgram('printf', ['a\\nb'], { doing })).toBe('a\nb');
    let size = 0;
    const output = (bytes: Uint8Array) => {
      size += bytes.length;
    };
    expect(await runProgram('head', ['-c', '300000', '/dev/zero'], { doing, output })).toBe('');
    expect(size).toBe(300_000);
  });

  test('has failed with its last words, with a status, by a signal, or is not there', async () => {
    const sh = (script: string) => runProgram('sh', ['-c', script], { doing });
    await expect(sh('echo first >&2; echo last >&2; exit 3')).rejects.toThrow(
      'cannot try this: "sh" says: first; last',
    );
    await expect(sh('exit 3')).rejects.toThrow('cannot try this: "sh" says: exit status 3');
    await expect(sh('kill -KILL $$')).rejects.toThrow('cannot try this: "sh" was ended by SIGKILL');
    await expect(runProgram('no-such-program', [], { doing })).rejects.toMatchObject({
      message: 'cannot try this: "no-such-program" is not installed',
      hint: 'On Debian: apt-get install no-such-program',
    });
  });
});
