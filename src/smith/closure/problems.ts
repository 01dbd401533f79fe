import { RailcarError } from '../../errors.ts';
import { quoteName } from '../tree/name.ts';

/** What the selection lacks, or what is strange about it. */
export interface Problem {
  readonly kind:
    | 'missing-path'
    | 'missing-library'
    | 'missing-interpreter'
    | 'excluded'
    | 'dangling-link'
    | 'damaged'
    | 'special-file'
    | 'nested-scripts'
    | 'not-cached'
    | 'unknown-charset';
  /** Of an error the image would not run as the source does; a warning is worth a line. */
  readonly severity: 'error' | 'warning';
  /** What is missing or wrong: a path, or the name of a library. */
  readonly subject: string;
  /** Who wants it; null for the recipe. */
  readonly by: string | null;
  readonly reason: string;
  /** Where it was looked for, in order. */
  readonly searched: readonly string[];
}

/** Collects problems, each once. */
export class Problems {
  readonly #all = new Map<string, Problem>();

  report(problem: Omit<Problem, 'searched'> & { readonly searched?: readonly string[] }): void {
    const key = `${problem.kind} ${problem.subject} ${problem.by}`;
    const known = this.#all.get(key);
    if (known === undefined || (known.severity === 'warning' && problem.severity === 'error')) {
      this.#all.set(key, { searched: [], ...problem });
    }
  }

  list(): Problem[] {
    return [...this.#all.values()];
  }
}

/** One sentence, and one line for each place that was searched. */
export function describeProblem({ kind, subject, by, reason, searched }: Problem): string {
  const wanted = by === null ? '' : `, which ${quoteName(by)} needs`;
  const verb = kind.startsWith('missing')
    ? 'cannot find'
    : kind === 'excluded'
      ? 'cannot leave out'
      : 'cannot use';
  const places = searched.map((place) => `\n    ${place}`).join('');
  return `${verb} ${quoteName(subject)}${wanted}: ${reason}${places}`;
}

/** @throws RailcarError `closure-incomplete` with all errors, if there is one */
export function refuseIncomplete(problems: readonly Problem[]): void {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  throw new RailcarError('closure-incomplete', errors.map(describeProblem).join('\n'));
}
