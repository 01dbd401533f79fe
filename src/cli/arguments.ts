import type { Options } from 'yargs';
import type { OptionTable } from './options.ts';

/** A flag that cannot be understood. The text is that of Go's flag package, which callers match on. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

export interface Split {
  /** Every option that was given, in order, by its long name; the value of a flag is `true` or `false`. */
  readonly options: readonly GivenOption[];
  readonly words: readonly string[];
}

export type GivenOption = readonly [name: string, value: string];

/**
 * Reads a command line as Go programs do, because that is what callers of a runtime write for: `-name` is `--name`,
 * the value of an option is the next word whatever it looks like, `--` ends the options. `stopAtWord`: the first
 * word that is no option ends them too. (No library does: yargs takes `-name` for four options of one letter.)
 */
export function splitArguments(argv: readonly string[], table: OptionTable, stopAtWord: boolean): Split {
  const options: GivenOption[] = [];
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const token = argv[at] ?? '';
    if (token === '--') return { options, words: [...words, ...argv.slice(at + 1)] };
    if (!token.startsWith('-') || token === '-') {
      if (stopAtWord) return { options, words: argv.slice(at) };
      words.push(token);
      continue;
    }
    const [spelled, attached] = cut(token);
    const [name, option] = find(table, spelled);
    if (option.type === 'boolean') {
      options.push([name, attached === null ? 'true' : truth(attached, spelled)]);
      continue;
    }
    const value = attached ?? following(option, argv[at + 1], spelled);
    options.push([name, value ?? 'true']);
    if (attached === null && value !== null) at++;
  }
  return { options, words };
}

/** The name without its dashes, and what stands behind an equals sign. */
function cut(token: string): [string, string | null] {
  const start = token.startsWith('--') ? 2 : 1;
  const equals = token.indexOf('=', start);
  return equals < 0 ? [token.slice(start), null] : [token.slice(start, equals), token.slice(equals + 1)];
}

/** Null: the option stands alone. A bare `--rootless` means true; a word that is one of its values still belongs to it. */
function following(option: Options, next: string | undefined, spelled: string): string | null {
  if (option.requiresArg === false) {
    return next !== undefined && (option.choices as readonly string[]).includes(next) ? next : null;
  }
  if (next === undefined) throw new FlagError(`flag needs an argument: -${spelled}`);
  return next;
}

function find(table: OptionTable, spelled: string): [string, Options] {
  const exact = Object.hasOwn(table, spelled) ? table[spelled] : undefined;
  if (exact) return [spelled, exact];
  for (const name in table) {
    const option = table[name];
    if (option?.alias === spelled) return [name, option];
  }
  throw new FlagError(`flag provided but not defined: -${spelled}`);
}

function truth(given: string, spelled: string): 'true' | 'false' {
  switch (given.toLowerCase()) {
    case '1':
    case 't':
    case 'true':
      return 'true';
    case '0':
    case 'f':
    case 'false':
      return 'false';
  }
  throw new FlagError(`invalid boolean value ${JSON.stringify(given)} for -${spelled}: parse error`);
}
