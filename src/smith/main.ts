/** `railcar smith`, also called `smith`: builds microcontainers. An ordinary program, which does its own input and output. */
import { RailcarError } from '../errors.ts';
import { smith } from './command-line.ts';

smith(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${worded(error)}\n`);
  process.exitCode = error instanceof RailcarError ? (error.exitStatus ?? 1) : 1;
});

/** What is no RailcarError is a mistake in smith itself, and its place is wanted. */
function worded(error: unknown): string {
  if (!(error instanceof RailcarError)) return error instanceof Error ? String(error.stack) : String(error);
  return `smith: ${error.message}${error.hint === null ? '' : `\n    ${error.hint}`}`;
}
