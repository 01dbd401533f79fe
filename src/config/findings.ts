import type { ErrorCode, RailcarError } from '../errors.ts';
import { invalid } from './check.ts';
import type { Positions } from './positions.ts';

/** Something odd at one place of the file. */
export interface Finding {
  /** As in `mounts[3].options[0]`. */
  readonly path: string;
  readonly text: string;
  readonly code: ErrorCode;
}

/** What the checks find, in the order in which they find it. A problem stops a run, a warning never does. */
export class Findings {
  readonly problems: Finding[] = [];
  readonly warnings: Finding[] = [];

  problem(path: string, text: string, code: ErrorCode = 'config-invalid'): void {
    this.problems.push({ path, text, code });
  }

  warn(path: string, text: string): void {
    this.warnings.push({ path, text, code: 'config-invalid' });
  }
}

/** One problem is enough for a command that was to run: throws RailcarError for the first. */
export function throwFirst({ problems: [first] }: Findings, positions: Positions): void {
  if (first !== undefined) throw errorOf(first, positions);
}

/** Complete sentences, each with its place. */
export function sentences(findings: readonly Finding[], positions: Positions): string[] {
  return findings.map((finding) => errorOf(finding, positions).message);
}

function errorOf({ path, text, code }: Finding, positions: Positions): RailcarError {
  return invalid(path, text, positions, code);
}
