import type { Config } from '../config/config.ts';
import { PlanError } from './error.ts';
import { namespaceKind } from './namespaces.ts';

/**
 * Refuses what config.json may ask for and this version does not do. To leave it out without a word would start a
 * container that is not the one that was described, perhaps a less confined one.
 */
export function refuseUnsupported(config: Config): void {
  if (namespaceKind(config, 'mount') === 'none') refuseMounting(config);
}

/** In the caller's mount namespace these would change mounts of the host itself, not only add some. */
function refuseMounting({ root, process, linux = {} }: Config): void {
  const asked: Readonly<Record<string, unknown>> = {
    'root.readonly': root.readonly,
    'linux.rootfsPropagation': linux.rootfsPropagation,
    'process.terminal': process.terminal,
  };
  for (const [origin, value] of Object.entries(asked)) {
    if (!value) continue;
    throw new PlanError('config-unsupported', origin, 'needs a mount namespace in linux.namespaces');
  }
}
