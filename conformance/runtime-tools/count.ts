import type { Result } from './program.ts';
import { type Assertion, exitsWith0, ofPrograms } from './tap.ts';

/** How one runtime does in one run, beside the others of that run. */
export interface Tally {
  /** Assertions that fail. A program that ends early has one of these and hides all that would have come after it. */
  readonly failing: number;
  /** Those, and the assertions that some runtime of the run passes and this one never comes to. */
  readonly notPassed: number;
  /** Programs in which an assertion is not passed. */
  readonly programs: number;
}

/** Whether the specification forbids to pass an assertion of a program. */
export type Forbidden = (test: string, assertion: string) => boolean;

/**
 * Counts fairly: what a runtime never comes to is no better than what it fails. What only failures are reported of
 * (that a program exits with 0, say) counts for whom it is reported, since nobody else shows that it came there.
 *
 * @param forbidden these count for no runtime, whether it passes them or not; nor does anything else of a program that
 *   the specification wants to fail as a whole
 */
export function tally(results: readonly Result[], runtime: string, forbidden: Forbidden = never): Tally {
  const own = results.filter((result) => result.runtime === runtime && !forbidden(result.test, exitsWith0));
  const programs = own.map((result) => {
    const counts = ({ name }: Pick<Assertion, 'name'>) => !forbidden(result.test, name);
    return {
      failing: result.assertions.filter((assertion) => failed(assertion) && counts(assertion)).length,
      missing: missing(result, results).filter((name) => counts({ name })).length,
    };
  });
  const failing = sum(programs.map((program) => program.failing));
  return {
    failing,
    notPassed: failing + sum(programs.map((program) => program.missing)),
    programs: programs.filter((program) => program.failing + program.missing > 0).length,
  };
}

/** The assertions that another runtime passes in the same program, and that this one does not report at all. */
export function missing({ test, assertions }: Result, results: readonly Result[]): string[] {
  const reported = new Set(assertions.map(({ name }) => name));
  const others = results.filter((result) => result.test === test).flatMap((result) => result.assertions);
  const passed = others.filter((assertion) => !failed(assertion) && !ofPrograms.has(assertion.name));
  return [...new Set(passed.map(({ name }) => name))].filter((name) => !reported.has(name));
}

/** How many assertions a runtime passes although the specification forbids it. */
export function wronglyPassed(results: readonly Result[], runtime: string, forbidden: Forbidden): number {
  const own = results.filter((result) => result.runtime === runtime);
  return sum(own.map((result) => [...wrong(result, results, forbidden)].length));
}

function wrong({ test, assertions }: Result, results: readonly Result[], forbidden: Forbidden): Set<string> {
  const names = results.filter((result) => result.test === test).flatMap((result) => result.assertions);
  const failing = new Set(assertions.filter(failed).map(({ name }) => name));
  // What is reported of failures only is passed by a program that has none.
  return new Set(
    names
      .map(({ name }) => name)
      .filter((name) => forbidden(test, name) && !failing.has(name))
      .filter((name) => failing.size === 0 || assertions.some((assertion) => assertion.name === name)),
  );
}

export function failed({ outcome }: Pick<Assertion, 'outcome'>): boolean {
  return outcome === 'not ok';
}

function never(): boolean {
  return false;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
