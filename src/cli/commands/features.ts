import { buildInfo } from '../../build-info.ts';
import type { Finish } from '../../execute/messages.ts';
import { features as document } from '../../features/features.ts';
import { versions } from '../../kernel/kernel.ts';

/** Of this build, not of this host: callers ask before they have a container, and some keep the answer. */
export async function features(): Promise<Finish> {
  return {
    code: 0,
    stdout: `${JSON.stringify(document({ ...buildInfo, libseccomp: versions().libseccomp }), null, 2)}\n`,
    stderr: '',
  };
}
