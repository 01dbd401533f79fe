import type { Config } from '../config/config.ts';
import type { Template, Variable } from '../plan/ops.ts';

export type HookStatus = 'creating' | 'created' | 'running' | 'stopped';

/**
 * The container's state as a hook reads it from standard input. Its pid is filled in when the hook runs: as the
 * caller sees it for hooks of the host, as the container sees it for those inside; or that of another variable. A
 * stopped container has none.
 */
export function hookState(
  config: Config,
  id: string,
  bundle: string,
  status: HookStatus,
  pid: Variable = 'pid',
): Template {
  const head = JSON.stringify({ ociVersion: config.ociVersion, id, status }).slice(0, -1);
  const { annotations } = config;
  const tail = JSON.stringify(annotations === undefined ? { bundle } : { bundle, annotations }).slice(1);
  return [`${head},"pid":`, status === 'stopped' ? '0' : { variable: pid }, `,${tail}\n`];
}
