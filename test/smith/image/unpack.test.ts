import { execFileSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { assembleImage } from '../../../src/smith/image/assemble.ts';
import { type Image, readImage } from '../../../src/smith/image/image.ts';
import { writeLayer } from '../../../src/smith/image/layer-writer.ts';
import { writeLayout } from '../../../src/smith/image/layout-writer.ts';
import { runtimeConfig } from '../../../src/smith/image/runtime-config.ts';
import type { Execution, ImageConfig } from '../../../src/smith/image/schema.ts';
import { unpackImage } from '../../../src/smith/image/unpack.ts';
import { resolveUser } from '../../../src/smith/image/user.ts';
import { Workspace } from '../../../src/smith/image/workspace.ts';
import { writeTree } from '../../../src/smith/image/write-tree.ts';
import { memoryContent } from '../../../src/smith/tree/content.ts';
import { directory, file, symlink } from '../../../src/smith/tree/node.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';
import { execution, sampleTree } from './sample.ts';

const isRoot = userInfo().uid === 0;
let folder: string;
let workspace: Workspace;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'railcar-test-'));
  workspace = new Workspace(folder);
});
afterEach(() => {
  workspace.close();
  rmSync(folder, { recursive: true });
});

async function imageOf(tree: Tree, more: Execution = {}): Promise<Image> {
  const layers = [await writeLayer({ tree }, workspace)];
  const bundle = assembleImage({
    platform: { os: 'linux', architecture: 'amd64' },
    execution: { ...execution, ...more },
    layers,
  });
  return readImage({ name: 'a test', blob: (digest) => bundle.blobs.get(digest) }, bundle.descriptor);
}

describe('a bundle', () => {
  test('has the files as the image has them', async () => {
    const tree = sampleTree({ uid: 10, gid: 11, mtime: 1_000_000_000 });
    tree.add('/usr/bin/sudo', file(memoryContent('s'), 0o4755));
    tree.add('/e\udce9', file(memoryContent('latin1')));
    tree.add('/tmp', directory(0o1777));
    tree.add('/locked', directory(0o500, { mtime: 5 }));
    tree.add('/locked/file', file(memoryContent('in'), 0o400));
    const notWritten = await unpackImage(await imageOf(tree), join(folder, 'bundle'), workspace);
    expect(notWritten).toEqual({ special: [], xattrs: [], owners: [] });
    const root = join(folder, 'bundle/rootfs');
    const hello = statSync(join(root, 'usr/bin/hello'));
    expect([hello.ino, hello.nlink, hello.mode & 0o7777, hello.mtimeMs]).toEqual([
      statSync(join(root, 'usr/bin/hi')).ino,
      2,
      0o755,
      1e12,
    ]);
    if (isRoot) expect([hello.uid, hello.gid, lstatSync(join(root, 'bin')).uid]).toEqual([10, 11, 10]);
    expect(statSync(join(root, 'usr/bin/sudo')).mode & 0o7777).toBe(isRoot ? 0o4755 : 0o755);
    expect(statSync(join(root, 'tmp')).mode & 0o7777).toBe(0o1777);
    expect(lstatSync(join(root, 'locked'))).toMatchObject({ mtimeMs: 5000 });
    expect(readlinkSync(join(root, 'bin'))).toBe('usr/bin');
    expect(lstatSync(join(root, 'bin')).mtimeMs).toBe(1e12);
    expect(readFileSync(Buffer.concat([Buffer.from(`${root}/e`), Buffer.of(0xe9)]), 'utf8')).toBe('latin1');
    expect(readdirSync(folder)).toEqual(['bundle']);
    expect(statSync(join(folder, 'bundle')).mode & 0o777).toBe(0o700);
  });

  test('says what it could not write', async () => {
    const tree = sampleTree();
    const { content: _, ...attributes } = file(memoryContent(''));
    tree.add('/dev/null', { ...attributes, kind: 'character', major: 1, minor: 3 });
    tree.add(
      '/ping',
      file(memoryContent('p'), 0o755, { xattrs: new Map([['security.capability', Buffer.from('x')]]) }),
    );
    const notWritten = await unpackImage(await imageOf(tree), join(folder, 'bundle'), workspace);
    expect(notWritten).toEqual({ special: ['/dev/null'], xattrs: ['/ping'], owners: [] });
    expect(existsSync(join(folder, 'bundle/rootfs/dev/null'))).toBe(false);
  });

  test('is not written over something, nor half', async () => {
    mkdirSync(join(folder, 'full/x'), { recursive: true });
    mkdirSync(join(folder, 'empty'));
    writeFileSync(join(folder, 'file'), '');
    const image = await imageOf(sampleTree());
    await expect(unpackImage(image, join(folder, 'full'), workspace)).rejects.toThrow('it is there already');
    await expect(unpackImage(image, join(folder, 'file'), workspace)).rejects.toThrow('it is no directory');
    await unpackImage(image, join(folder, 'empty'), workspace);
    const impossible = sampleTree();
    impossible.add(`/${'n'.repeat(256)}`, file(memoryContent('')));
    const tree = { ...image, layers: [] };
    await expect(
      unpackImage(await imageOf(sampleTree(), { User: 'nobody' }), join(folder, 'b'), workspace),
    ).rejects.toThrow('cannot find user "nobody": no user "nobody" is in the image\'s /etc/passwd');
    await expect(unpackImage({ ...tree, config: image.config }, '/proc/none/x', workspace)).rejects.toThrow(
      'cannot',
    );
    mkdirSync(join(folder, 'root'));
    expect(() => writeTree(impossible, join(folder, 'root'), { owners: false })).toThrow('ENAMETOOLONG');
    expect(readdirSync(folder).sort()).toEqual(['empty', 'file', 'full', 'root']);
  });

  test('nothing is written through a link that is there', () => {
    mkdirSync(join(folder, 'outside'));
    mkdirSync(join(folder, 'root'));
    for (const name of ['etc', 'größe']) symlinkSync('../outside', join(folder, 'root', name));
    const one = (path: string, node: Parameters<Tree['add']>[1]) => {
      const tree = new Tree();
      tree.add(path, node);
      return () => writeTree(tree, join(folder, 'root'), { owners: false });
    };
    expect(one('/etc/passwd', file(memoryContent('evil')))).toThrow('EEXIST');
    expect(one('/größe', file(memoryContent('evil')))).toThrow('EEXIST');
    expect(one('/etc', symlink('x'))).toThrow('EEXIST');
    expect(readdirSync(join(folder, 'outside'))).toEqual([]);
  });

  test('links that lead out stay links', async () => {
    const tree = new Tree();
    tree.add('/out', symlink('../../../../../../tmp'));
    tree.add('/etc', symlink('/etc'));
    const image = await imageOf(tree, { User: '0' });
    await unpackImage(image, join(folder, 'bundle'), workspace);
    expect(readdirSync(join(folder, 'bundle/rootfs')).sort()).toEqual(['etc', 'out']);
  });
});

describe('the user', () => {
  const user = (text: string) => resolveUser(sampleTree(), text);

  test.each([
    ['', { uid: 0, gid: 0, additionalGids: [], home: '/root' }],
    ['web', { uid: 33, gid: 44, additionalGids: [2, 50], home: '/srv' }],
    ['33', { uid: 33, gid: 44, additionalGids: [2, 50] }],
    ['web:log', { uid: 33, gid: 50, additionalGids: [] }],
    ['web:7', { uid: 33, gid: 7, additionalGids: [] }],
    ['1234', { uid: 1234, gid: 0, additionalGids: [], home: '/' }],
    ['1234:web', { uid: 1234, gid: 44 }],
    [':5', { uid: 0, gid: 5 }],
  ])('%s', (text, expected) => {
    expect(user(text)).toMatchObject(expected);
  });

  test.each(['nobody', 'web:none', 'a:b:c', '99999999999'])('%s', (text) => {
    expect(() => user(text)).toThrow(`cannot find user "${text}"`);
  });

  test('lines that are no accounts; a passwd reached through a link, and none', () => {
    const tree = new Tree();
    expect(resolveUser(tree, '5')).toMatchObject({ uid: 5, gid: 0 });
    tree.add(
      '/usr/lib/passwd',
      file(memoryContent('#x:x:1:1::/:\nbroken\nx:x:one:1::/a:\nx:x:7:8::/b:\n+::::::\n')),
    );
    tree.add('/etc/passwd', symlink('../../../usr/lib/passwd'));
    expect(resolveUser(tree, 'x')).toMatchObject({ uid: 7, gid: 8, home: '/b' });
  });
});

describe('config.json', () => {
  const image = (more: Execution = {}, rest: Partial<ImageConfig> = {}): ImageConfig => ({
    os: 'linux',
    architecture: 'arm64',
    config: { ...execution, ...more },
    rootfs: { type: 'layers', diff_ids: [] },
    ...rest,
  });
  // biome-ignore lint/suspicious/noExplicitAny: a document of any form, looked at in tests only
  const made = (...args: Parameters<typeof runtimeConfig>): any => runtimeConfig(...args);

  test('says what the image says', () => {
    const { process, annotations, mounts, root } = made(
      image(
        {
          Volumes: { '/b': {}, '/a': {} },
          StopSignal: 'SIGQUIT',
          ExposedPorts: { '80/tcp': {} },
          Labels: { 'org.opencontainers.image.author': 'me' },
        },
        { author: 'you', created: '2020-01-01T00:00:00Z' },
      ),
      sampleTree(),
    );
    expect(process).toMatchObject({
      args: ['/usr/bin/hello', 'x'],
      cwd: '/srv',
      user: { uid: 33, gid: 44, additionalGids: [2, 50] },
      env: ['PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'A=b', 'HOME=/srv'],
    });
    expect(process.capabilities.effective).toBeUndefined();
    expect(annotations).toEqual({
      'org.opencontainers.image.os': 'linux',
      'org.opencontainers.image.architecture': 'arm64',
      'org.opencontainers.image.author': 'me',
      'org.opencontainers.image.created': '2020-01-01T00:00:00Z',
      'org.opencontainers.image.stopSignal': 'SIGQUIT',
      'org.opencontainers.image.exposedPorts': '80/tcp',
    });
    expect(mounts.slice(-2).map(({ destination }: { destination: string }) => destination)).toEqual([
      '/a',
      '/b',
    ]);
    expect(root).toEqual({ path: 'rootfs', readonly: false });
  });

  test('of an image that says nothing', () => {
    const { process } = made({ ...image(), config: null }, new Tree());
    expect(process).toMatchObject({ args: ['sh'], cwd: '/', user: { uid: 0, gid: 0 } });
    expect(process.capabilities.effective).toContain('CAP_CHOWN');
  });

  test('of a caller who is not root', () => {
    const { linux, process, mounts } = made(image(), sampleTree(), {
      rootless: { uid: 1000, gid: 1001 },
      readOnly: true,
    });
    expect(linux.uidMappings).toEqual([{ containerID: 33, hostID: 1000, size: 1 }]);
    expect(linux.gidMappings).toEqual([{ containerID: 44, hostID: 1001, size: 1 }]);
    expect(process.user).toEqual({ uid: 33, gid: 44 });
    expect(JSON.stringify(mounts)).not.toContain('gid=5');
  });
});

const reason = !isRoot
  ? 'only root may give files away'
  : existsSync('/usr/bin/umoci')
    ? ''
    : 'umoci is not installed';

test.skipIf(reason !== '')(`umoci gives the same tree${reason && `: skipped, ${reason}`}`, async () => {
  const tree = sampleTree({ uid: 10, gid: 11, mtime: 77 });
  tree.add('/usr/bin/sudo', file(memoryContent('s'), 0o6755));
  const layers = [await writeLayer({ tree }, workspace)];
  const bundle = assembleImage({ platform: { os: 'linux', architecture: 'amd64' }, execution, layers });
  const annotations = { 'org.opencontainers.image.ref.name': 'latest' };
  await writeLayout(join(folder, 'layout'), [{ bundle, annotations }], { form: 'directory' });
  execFileSync('umoci', ['unpack', '--image', `${folder}/layout:latest`, `${folder}/umoci`], {
    stdio: 'pipe',
  });
  await unpackImage(await imageOf(tree), join(folder, 'smith'), workspace);
  const list = (name: string) =>
    execFileSync('find', ['.', '-mindepth', '1', '-printf', '%p %y %m %U %G %n %s %T@ %l\n'], {
      cwd: join(folder, name, 'rootfs'),
      encoding: 'utf8',
    })
      .split('\n')
      .map((line) => line.replace(/ d (.*? .*? .*? .*?) \d+ /, ' d $1 '))
      .sort();
  expect(list('smith')).toEqual(list('umoci'));
});
