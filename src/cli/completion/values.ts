import type { Options } from 'yargs';
import type { CommandLine, OptionTable } from '../options.ts';

/** What a shell offers in the place of an option's value or of a word. */
export type Offer =
  | { readonly kind: 'words'; readonly words: readonly string[] }
  | { readonly kind: 'file' | 'directory' | 'container' | 'program' | 'nothing' };

const directories = new Set(['root', 'bundle', 'image-path', 'work-path', 'parent-path']);
const files = new Set([
  'log',
  'trace',
  'config',
  'file',
  'pid-file',
  'console-socket',
  'pidfd-socket',
  'process',
  'resources',
]);

/** Null: the option takes no value. */
export function offerFor(name: string, option: Options): Offer | null {
  if (option.type === 'boolean') return null;
  const choices = option.choices as readonly string[] | undefined;
  if (choices) return { kind: 'words', words: choices };
  if (directories.has(name)) return { kind: 'directory' };
  return { kind: files.has(name) ? 'file' : 'nothing' };
}

/** Commands that make a container: its id is new. */
const making = new Set(['create', 'run', 'restore', 'plan']);

/** Signals that are sent to containers by hand. */
const signals = ['TERM', 'KILL', 'HUP', 'INT', 'QUIT', 'USR1', 'USR2', 'STOP', 'CONT', 'WINCH'];

/** For the words behind the options, in order; the last one also for all that follow. */
export function wordOffers(name: string, { usage, choices }: CommandLine): readonly Offer[] {
  if (choices) return [{ kind: 'words', words: choices }];
  if (name === 'mounts') {
    return [{ kind: 'words', words: ['add', 'remove'] }, { kind: 'container' }, { kind: 'file' }];
  }
  if (name === 'lint') return [{ kind: 'file' }];
  if (!usage.includes('container-id') || making.has(name)) return [{ kind: 'nothing' }];
  const container: Offer = { kind: 'container' };
  if (name === 'kill') return [container, { kind: 'words', words: signals }, { kind: 'nothing' }];
  return [container, { kind: name === 'exec' ? 'program' : 'nothing' }];
}

/** As they are typed: `--name`, and the short form if there is one. */
export function spellings(name: string, { alias }: Options): string[] {
  return typeof alias === 'string' ? [`--${name}`, `-${alias}`] : [`--${name}`];
}

/** Options that only old callers give are understood and not offered. */
export function offered(table: OptionTable): [string, Options][] {
  return Object.entries(table).filter(([, { hidden }]) => hidden !== true);
}
