import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { unpackImage } from '../image/unpack.ts';
import { Workspace } from '../image/workspace.ts';
import { removeOrphans } from '../run-image/orphans.ts';
import { exitStatus, Stopping } from '../trace/stopping.ts';
import type { Shared } from './context.ts';
import { namedImage } from './image.ts';
import { tellNotWritten } from './unpack.ts';

export interface RunImageFlags extends Shared {
  readonly image: string;
  readonly bundle: string;
  readonly terminal: boolean;
}

/** What `railcar run --image` has done before it goes on: a bundle of an image, in a folder of railcar's own. */
export async function runImage(flags: RunImageFlags, program: readonly string[]): Promise<void> {
  const folder = dirname(flags.bundle);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  removeOrphans(folder);
  using workspace = new Workspace();
  const image = await namedImage({ ...flags, platform: undefined }, workspace);
  using stopping = new Stopping();
  const command = program.length > 0 ? program : undefined;
  const notWritten = await unpackImage(image, flags.bundle, workspace, { command, terminal: flags.terminal });
  // A signal that came while files were written is seen now.
  await new Promise((resolve) => setTimeout(resolve, 0));
  if (stopping.signal !== null) {
    rmSync(flags.bundle, { recursive: true, force: true });
    const status = exitStatus(null, stopping.signal);
    throw new RailcarError('operation-failed', `interrupted by ${stopping.signal}`, { exitStatus: status });
  }
  tellNotWritten(notWritten);
}
