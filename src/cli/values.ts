import parser from 'yargs-parser';
import { RailcarError } from '../errors.ts';
import { FlagError } from './arguments.ts';
import type { OptionTable } from './options.ts';

/** The options that were given, by their long names. */
export class Values {
  readonly #given: Readonly<Record<string, unknown>>;

  constructor(given: Readonly<Record<string, unknown>>) {
    this.#given = given;
  }

  flag(name: string): boolean {
    return this.#given[name] === true;
  }

  /** The last one given, or the default of the table; null for neither. */
  text(name: string): string | null {
    const value = this.#given[name];
    const last: unknown = Array.isArray(value) ? value.at(-1) : value;
    return typeof last === 'string' ? last : null;
  }

  texts(name: string): readonly string[] {
    const value = this.#given[name];
    return Array.isArray(value) ? (value as string[]) : typeof value === 'string' ? [value] : [];
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

/** Options in the unambiguous form of `splitArguments`. */
export function readValues(options: readonly string[], table: OptionTable): Values {
  const names = Object.keys(table);
  const boolean = names.filter((name) => table[name]?.type === 'boolean');
  const given = parser([...options], {
    boolean,
    string: names.filter((name) => !boolean.includes(name)),
    default: Object.fromEntries(names.flatMap((name) => preset(name, table[name]?.default))),
    configuration: {
      'boolean-negation': false,
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'short-option-groups': false,
    },
  });
  const values = new Values(given);
  for (const name of names) checkChoice(name, table, values);
  return values;
}

function preset(name: string, value: unknown): [string, unknown][] {
  return value === undefined ? [] : [[name, value]];
}

function checkChoice(name: string, table: OptionTable, values: Values): void {
  const choices = table[name]?.choices as readonly string[] | undefined;
  const value = values.text(name);
  if (!choices || value === null || choices.includes(value)) return;
  throw new FlagError(
    `invalid value ${JSON.stringify(value)} for flag -${name}: must be one of ${choices.join(', ')}`,
  );
}
