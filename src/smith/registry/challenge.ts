/** What a registry wants to see before it answers (RFC 9110, 11.6.1). */
export interface Challenge {
  /** In lower case: `bearer`, `basic`. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

const token = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
const quoted = /"((?:[^"\\]|\\.)*)"/y;
const separator = /[\s,]*/y;
const equals = /\s*=\s*/y;

/**
 * Reads a WWW-Authenticate header with one or more challenges. Values may hold commas and spaces within quotes, as
 * `scope="repository:name:pull,push"` does. What cannot be read ends the list.
 */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  const scanner = new Scanner(header);
  for (;;) {
    scanner.take(separator);
    const word = scanner.take(token)?.[0];
    if (word === undefined) return challenges;
    if (!scanner.take(equals)) {
      challenges.push({ scheme: word.toLowerCase(), parameters: new Map() });
      continue;
    }
    const value = scanner.take(quoted)?.[1]?.replaceAll(/\\(.)/g, '$1') ?? scanner.take(token)?.[0];
    if (value === undefined) return challenges;
    challenges.at(-1)?.parameters.set(word.toLowerCase(), value);
  }
}

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }
}
