import { constants, fstatSync, openSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { descriptorContent } from '../tree/content.ts';
import { quoteName } from '../tree/name.ts';
import type { Content } from '../tree/node.ts';
import { components } from '../tree/resolve.ts';
import { Tree } from '../tree/tree.ts';
import { decompress } from './decompress.ts';
import { applyLayer } from './layer-tree.ts';
import type { Workspace } from './workspace.ts';

/** The files of a layout or of an archive of `docker save`, by path. */
export interface Files {
  get(path: string): Content | undefined;
  /** All of an archive's; a directory is not listed. */
  paths?(): Iterable<string>;
}

/**
 * A directory, or an archive of it, plain or compressed; archives are not unpacked but read where they are.
 *
 * @throws RailcarError `image-missing`, `image-invalid`
 */
export async function openFiles(path: string, workspace: Workspace): Promise<Files> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined)
    throw new RailcarError('image-missing', `cannot read image ${quoteName(path)}: no such file`);
  if (stats.isDirectory()) return { get: (unsafePath) => openBelow(path, unsafePath, workspace) };

  const what = quoteName(path);
  const file = openFile(path, workspace);
  if (file === undefined)
    throw new RailcarError(
      'image-invalid',
      `cannot read image ${what}: it is neither a file nor a directory`,
    );
  const { content } = await decompress(file, workspace, { what });
  const tree = new Tree();
  applyLayer(tree, content, { whiteouts: false, mayEndEarly: false });
  return {
    // Old archives of `docker save` have links in place of layers that occur twice.
    get: (unsafePath) => {
      const { node } = tree.resolve(unsafePath);
      return node?.kind === 'file' ? node.content : undefined;
    },
    *paths() {
      for (const [unsafePath, { kind }] of tree.walk()) if (kind === 'file') yield unsafePath.slice(1);
    },
  };
}

/** What is not below the directory does not exist. Links in it are its owner's. */
function openBelow(folder: string, unsafePath: string, workspace: Workspace): Content | undefined {
  const names = components(unsafePath);
  if (names.length === 0 || names.includes('..') || unsafePath.includes('\0')) return undefined;
  return openFile(join(folder, ...names), workspace);
}

/** Nothing if no file is there. */
export function openFile(path: string, workspace: Workspace): Content | undefined {
  try {
    // Opening a fifo would wait for a writer.
    const descriptor = workspace.keep(openSync(path, constants.O_RDONLY | constants.O_NONBLOCK));
    const stats = fstatSync(descriptor);
    return stats.isFile() ? descriptorContent(descriptor, 0, stats.size) : undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new RailcarError('image-invalid', `cannot read ${quoteName(path)}: ${code}`, { cause: error });
  }
}
