import { decodeName } from '../tree/name.ts';
import type { Bytes } from '../tree/node.ts';

/** The first line of a script, as the kernel reads it. */
export interface Shebang {
  readonly interpreter: string;
  /** All the rest of the line, one argument; null if there is none. */
  readonly argument: string | null;
}

/** BINPRM_BUF_SIZE: the kernel looks no further (256 since Linux 5.1, 128 before). */
const LINE = 256;

/** How many scripts may stand before a program that is none (fs/exec.c); with one more the kernel says ELOOP. */
export const MAX_SCRIPTS = 5;

/** Null for what is no script. An interpreter that is cut off by the line's length is none (execve(2)). */
export function readShebang(file: Bytes): Shebang | null {
  const start = file.read(0, LINE);
  if (start[0] !== 0x23 || start[1] !== 0x21) return null;
  const end = start.findIndex((byte) => byte === 0x0a || byte === 0);
  const line = decodeName(start.subarray(2, end < 0 ? start.length : end)).replace(/^[ \t]+|[ \t]+$/g, '');
  const [, interpreter = '', argument = ''] = /^([^ \t]*)[ \t]*(.*)$/s.exec(line) ?? [];
  const cut = end < 0 && start.length === LINE && !/[ \t]/.test(line);
  return interpreter === '' || cut ? null : { interpreter, argument: argument === '' ? null : argument };
}

/** What env(1) of a script's first line runs. */
export interface EnvCommand {
  readonly command: string;
  /** A PATH that the line itself sets. */
  readonly path: string | null;
}

/** Options of GNU's env and BusyBox's that have an argument. */
const withArgument = new Set(['-u', '--unset', '-C', '--chdir', '-a', '--argv0']);

/** Reads what stands behind `/usr/bin/env`; null if no command does. Without -S, the whole of it is one word. */
export function readEnvCommand(argument: string | null): EnvCommand | null {
  if (argument === null) return null;
  const split = /^(?:-[iv0]*S|--split-string[= \t])\s*(.*)$/s.exec(argument);
  const words = split === null ? [argument] : splitWords(split[1] ?? '');
  let path: string | null = null;
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (withArgument.has(word)) index++;
    else if (/^PATH=/.test(word)) path = word.slice('PATH='.length);
    else if (!word.startsWith('-') && !/^[^=]+=/.test(word)) return { command: word, path };
  }
  return null;
}

/** `env -S`: blanks separate, quotes and backslashes keep together, `#` at the start of a word ends it all. */
function splitWords(text: string): string[] {
  const words: string[] = [];
  for (const [word] of text.matchAll(/(?:"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|\\.|[^\s"'\\])+/gs)) {
    if (word.startsWith('#') || word === '\\c') break;
    words.push(word.replaceAll(/^["']|["']$|\\(.)/g, '$1').replaceAll(/(?<=[^\\])["']/g, ''));
  }
  return words;
}
