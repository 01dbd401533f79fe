import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { quoteName } from '../tree/name.ts';
import { type Image, imageTree } from './image.ts';
import { runtimeConfig } from './runtime-config.ts';
import type { Workspace } from './workspace.ts';
import { type NotWritten, writeTree } from './write-tree.ts';

export interface UnpackOptions {
  /** Whether config.json asks for a read-only root. */
  readonly readOnly?: boolean | undefined;
  /** In place of the image's command; its entry point stays. */
  readonly command?: readonly string[] | undefined;
  readonly terminal?: boolean | undefined;
}

/**
 * Writes a runtime bundle: `rootfs` and a config.json that `railcar run` starts. The directory must not be there, or be
 * empty; it appears when all is written, and after a failure nothing is left. Who is not root owns all files himself.
 *
 * @throws RailcarError `image-invalid`, `operation-failed`
 */
export async function unpackImage(
  image: Image,
  folder: string,
  workspace: Workspace,
  { readOnly, command, terminal }: UnpackOptions = {},
): Promise<NotWritten> {
  refuseExisting(folder);
  const tree = await imageTree(image, workspace);
  const { uid, gid } = userInfo();
  const config = runtimeConfig(image.config, tree, {
    readOnly,
    command,
    terminal,
    rootless: uid === 0 ? undefined : { uid, gid },
  });
  const draft = `${folder.replace(/\/+$/, '')}.${randomBytes(4).toString('hex')}.partial`;
  try {
    mkdirSync(draft, 0o700);
    mkdirSync(join(draft, 'rootfs'), 0o700);
    const notWritten = writeTree(
      tree,
      join(draft, 'rootfs'),
      uid === 0 ? { owners: true } : { owners: false, owner: config.process.user },
    );
    writeFileSync(join(draft, 'config.json'), `${JSON.stringify(config, null, 2)}\n`, { flag: 'wx' });
    renameSync(draft, folder);
    return notWritten;
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (error instanceof RailcarError) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RailcarError('operation-failed', `cannot write bundle ${quoteName(folder)}: ${reason}`, {
      cause: error,
    });
  }
}

function refuseExisting(folder: string): void {
  try {
    if (readdirSync(folder).length === 0) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw new RailcarError(
      'operation-failed',
      `cannot write bundle ${quoteName(folder)}: it is no directory`,
      { cause: error },
    );
  }
  throw new RailcarError('operation-failed', `cannot write bundle ${quoteName(folder)}: it is there already`);
}
