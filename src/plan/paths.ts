import type { Config } from '../config/config.ts';
import { mountLabel, type SecurityModules } from './labels.ts';
import type { StubOp } from './ops.ts';

/** Read-only paths first: their bind would take the read-only attribute to masks inside them for a second time. */
export function protectOps(config: Config, modules: SecurityModules): StubOp[] {
  const label = mountLabel(config, modules);
  const readonly = (config.linux?.readonlyPaths ?? []).map(
    (path, index): StubOp => ({
      op: 'readonly',
      root: 'root',
      path,
      origin: `linux.readonlyPaths[${index}]`,
    }),
  );
  const masked = (config.linux?.maskedPaths ?? []).map(
    (path, index): StubOp => ({
      op: 'mask',
      root: 'root',
      path,
      label,
      origin: `linux.maskedPaths[${index}]`,
    }),
  );
  return [...readonly, ...masked];
}
