import { RailcarError } from '../errors.ts';
import { FlagError, type GivenOption } from './arguments.ts';
import type { OptionTable } from './options.ts';

/** What the options of one table say. */
export class Values {
  readonly #given: readonly GivenOption[];
  readonly #table: OptionTable;

  /** Throws FlagError for a value that is none of the table's choices. */
  constructor(given: readonly GivenOption[], table: OptionTable) {
    for (const [name, value] of given) checkChoice(name, value, table);
    this.#given = given;
    this.#table = table;
  }

  flag(name: string): boolean {
    return this.text(name) === 'true';
  }

  /** The last one given, or the default of the table; null for neither. */
  text(name: string): string | null {
    // A loop: command lines are short, and this runs for each option of each command.
    for (let at = this.#given.length - 1; at >= 0; at--) {
      const option = this.#given[at];
      if (option?.[0] === name) return option[1];
    }
    const preset: unknown = this.#table[name]?.default;
    return typeof preset === 'string' ? preset : null;
  }

  texts(name: string): readonly string[] {
    return this.#given.flatMap(([given, value]) => (given === name ? [value] : []));
  }

  /** A decimal integer; null if the option was not given. */
  integer(name: string): bigint | null {
    const text = this.text(name);
    if (text === null) return null;
    if (!/^[+-]?\d+$/.test(text)) {
      throw new RailcarError('usage', `invalid value ${JSON.stringify(text)} for flag -${name}: parse error`);
    }
    return BigInt(text);
  }
}

function checkChoice(name: string, value: string, table: OptionTable): void {
  const choices = table[name]?.choices as readonly string[] | undefined;
  if (!choices || choices.includes(value)) return;
  throw new FlagError(
    `invalid value ${JSON.stringify(value)} for flag -${name}: must be one of ${choices.join(', ')}`,
  );
}
