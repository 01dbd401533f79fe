import type { HandsOp } from './ops.ts';

/** `--pid-file`: written last, since callers read it as a sign that the process is there. */
export function pidFileOps(path: string | null): HandsOp[] {
  if (path === null) return [];
  const undo: HandsOp[] = [{ op: 'unlink', path, origin: '--pid-file' }];
  return [{ op: 'writeFile', path, mode: 0o644, text: [{ variable: 'pid' }], undo, origin: '--pid-file' }];
}
