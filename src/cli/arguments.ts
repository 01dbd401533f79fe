import type { Options } from 'yargs';
import type { OptionTable } from './options.ts';

/** A flag that cannot be understood. The text is that of Go's flag package, which callers match on. */
export class FlagError extends Error {
  override readonly name = 'FlagError';
}

export interface Split {
  /** Every option as `--name=value`, `--name` for a flag: nothing that two parsers could read differently. */
  readonly options: readonly string[];
  readonly words: readonly string[];
}

/**
 * Reads a command line as Go programs do, because that is what callers of a runtime write for: `-name` is `--name`,
 * the value of an option is the next word whatever it looks like, `--` ends the options. `stopAtWord`: the first
 * word that is no option ends them too.
 */
export function splitArguments(argv: readonly string[], table: OptionTable, stopAtWord: boolean): Split {
  const options: string[] = [];
  const words: string[] = [];
  for (let at = 0; at < argv.length; at++) {
    const token = argv[at] ?? '';
    if (token === '--') return { options, words: [...words, ...argv.slice(at + 1)] };
    if (!token.startsWith('-') || token === '-') {
      if (stopAtWord) return { options, words: argv.slice(at) };
      words.push(token);
      continue;
    }
    const [spelled, given] = cut(token.replace(/^--?/, ''));
    const [name, option] = find(table, spelled);
    if (given !== null) {
      options.push(`--${name}=${option.type === 'boolean' ? truth(given, spelled) : given}`);
    } else if (option.type === 'boolean') {
      options.push(`--${name}`);
    } else {
      const next = argv[at + 1];
      if (option.requiresArg === false) {
        // Bare `--rootless` means true; a word that is one of its values still belongs to it.
        const taken = next !== undefined && (option.choices as readonly string[]).includes(next);
        options.push(`--${name}=${taken ? next : 'true'}`);
        if (taken) at++;
        continue;
      }
      if (next === undefined) throw new FlagError(`flag needs an argument: -${spelled}`);
      options.push(`--${name}=${next}`);
      at++;
    }
  }
  return { options, words };
}

function cut(token: string): [string, string | null] {
  const equals = token.indexOf('=');
  return equals < 0 ? [token, null] : [token.slice(0, equals), token.slice(equals + 1)];
}

function find(table: OptionTable, spelled: string): [string, Options] {
  const exact = Object.hasOwn(table, spelled) ? table[spelled] : undefined;
  if (exact) return [spelled, exact];
  const found = Object.entries(table).find(([, { alias }]) => alias === spelled);
  if (!found) throw new FlagError(`flag provided but not defined: -${spelled}`);
  return found;
}

function truth(given: string, spelled: string): boolean {
  if (['1', 't', 'true'].includes(given.toLowerCase())) return true;
  if (['0', 'f', 'false'].includes(given.toLowerCase())) return false;
  throw new FlagError(`invalid boolean value ${JSON.stringify(given)} for -${spelled}: parse error`);
}
