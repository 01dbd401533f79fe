import { assembleImage, type Bundle } from '../../../src/smith/image/assemble.ts';
import type { Compression } from '../../../src/smith/image/decompress.ts';
import { writeLayer } from '../../../src/smith/image/layer-writer.ts';
import type { Execution, Platform } from '../../../src/smith/image/schema.ts';
import type { Workspace } from '../../../src/smith/image/workspace.ts';
import { memoryContent, wholeContent } from '../../../src/smith/tree/content.ts';
import { type Attributes, directory, file, symlink } from '../../../src/smith/tree/node.ts';
import { Tree } from '../../../src/smith/tree/tree.ts';

/** A small root file system: a program with two names, a link, a user, a deep path. */
export function sampleTree(more: Partial<Attributes> = {}): Tree {
  const tree = new Tree();
  const program = file(memoryContent('#!/bin/sh\necho hello\n'), 0o755, more);
  tree.add('/usr', directory(0o755, more));
  tree.add('/usr/bin', directory(0o755, more));
  tree.add('/usr/bin/hello', program);
  tree.add('/usr/bin/hi', program);
  tree.add('/bin', symlink('usr/bin', more));
  tree.add('/etc', directory(0o755, more));
  tree.add(
    '/etc/passwd',
    file(memoryContent('root:x:0:0::/root:/bin/sh\nweb:x:33:44::/srv:/bin/sh\n'), 0o644, more),
  );
  tree.add(
    '/etc/group',
    file(memoryContent('root:x:0:\nweb:x:44:\nlog:x:50:other,web\nbin:x:2:web\n'), 0o644, more),
  );
  tree.add(`/deep/${'directory/'.repeat(20)}file`, file(memoryContent('x'.repeat(1000)), 0o600, more));
  tree.add('/größe', file(memoryContent(''), 0o644, more));
  return tree;
}

export const execution: Execution = {
  Entrypoint: ['/usr/bin/hello'],
  Cmd: ['x'],
  Env: ['A=b'],
  User: 'web',
  WorkingDir: '/srv',
};

export async function sampleImage(
  workspace: Workspace,
  trees: readonly Tree[] = [sampleTree()],
  {
    platform = { os: 'linux', architecture: 'amd64' },
    compression = 'gzip',
  }: { platform?: Platform; compression?: Compression } = {},
): Promise<Bundle> {
  const layers = [];
  for (const tree of trees) layers.push(await writeLayer({ tree }, workspace, compression));
  return assembleImage({ platform, execution, layers });
}

/** One line a path, with all that an archive keeps. */
export function listing(tree: Tree): string[] {
  const names = new Map<unknown, string>();
  return [...tree.walk()].slice(1).map(([path, node]) => {
    const { kind, mode, uid, gid, mtime, xattrs } = node;
    const same = names.get(node);
    names.set(node, path);
    const what =
      node.kind === 'file'
        ? wholeContent(node.content).toString('latin1')
        : node.kind === 'symlink'
          ? node.target
          : '';
    const extended = [...xattrs].map(([key, value]) => `${key}=${Buffer.from(value).toString('hex')}`).join();
    return [
      path,
      kind,
      mode.toString(8),
      uid,
      gid,
      mtime,
      extended,
      same === undefined ? what : `link ${same}`,
    ].join(' ');
  });
}
