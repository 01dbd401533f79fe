import { didYouMean } from '../../config/suggest.ts';
import { RailcarError } from '../../errors.ts';
import { type Linted, rules } from './rules.ts';

export interface LintFinding {
  readonly rule: string;
  readonly sentence: string;
}

/** Of each rule; more of the same kind would hide the others. */
const SHOWN = 10;

/**
 * What of an image breaks the rules of microcontainers, in the order of the rules. `ignored` names rules.
 *
 * @throws {RailcarError} `usage` for a rule that there is not
 */
export function lintImage(image: Linted, ignored: readonly string[] = []): LintFinding[] {
  const names = rules.map(({ name }) => name);
  const unknown = ignored.find((name) => !names.includes(name));
  if (unknown !== undefined) {
    throw new RailcarError('usage', `there is no rule "${unknown}"${didYouMean(unknown, names)}`, {
      hint: `The rules are: ${names.join(', ')}`,
    });
  }
  return rules
    .filter(({ name }) => !ignored.includes(name))
    .flatMap(({ name: rule, check }) => shorten([...check(image)]).map((sentence) => ({ rule, sentence })));
}

function shorten(sentences: readonly string[]): readonly string[] {
  if (sentences.length <= SHOWN) return sentences;
  return [...sentences.slice(0, SHOWN), `and ${sentences.length - SHOWN} more`];
}
