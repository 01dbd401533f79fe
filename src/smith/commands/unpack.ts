import { unpackImage } from '../image/unpack.ts';
import { Workspace } from '../image/workspace.ts';
import type { NotWritten } from '../image/write-tree.ts';
import { quoteName } from '../tree/name.ts';
import { warn } from './context.ts';
import { type ImageFlags, namedImage } from './image.ts';

export interface UnpackFlags extends ImageFlags {
  readonly folder: string;
  readonly readonly: boolean;
}

/** `smith unpack IMAGE FOLDER`: a bundle that `railcar run` starts. */
export async function unpack(flags: UnpackFlags): Promise<void> {
  using workspace = new Workspace();
  const image = await namedImage(flags, workspace);
  const notWritten = await unpackImage(image, flags.folder, workspace, { readOnly: flags.readonly });
  tellNotWritten(notWritten);
}

export function tellNotWritten({ special, xattrs, owners }: NotWritten): void {
  tell(special, 'are no files or directories, and are not there');
  tell(xattrs, 'are without their extended attributes');
  tell(owners, 'belong to others than the user, whose they are now: only root can give files away');
}

/** What needs root, or what no API of Node's writes. */
function tell(paths: readonly string[], sentence: string): void {
  const [first] = paths;
  if (first !== undefined) warn(`${paths.length} of the image ${sentence}, as ${quoteName(first)}`);
}
