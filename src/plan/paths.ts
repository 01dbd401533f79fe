import type { Config } from '../config/config.ts';
import type { StubOp } from './ops.ts';

/** Read-only paths first: their bind would take the read-only attribute to masks inside them for a second time. */
export function protectOps(config: Config): StubOp[] {
  const readonly = (config.linux?.readonlyPaths ?? []).map(
    (path, index): StubOp => ({
      op: 'readonly',
      root: 'root',
      path,
      origin: `linux.readonlyPaths[${index}]`,
    }),
  );
  const masked = (config.linux?.maskedPaths ?? []).map(
    (path, index): StubOp => ({ op: 'mask', root: 'root', path, origin: `linux.maskedPaths[${index}]` }),
  );
  return [...readonly, ...masked];
}
