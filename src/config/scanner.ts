import type { Segment } from './path.ts';

/** Where the text stops being JSON, and inside which value. */
export class JsonSyntaxError extends Error {
  readonly offset: number;
  readonly path: readonly Segment[];

  constructor(message: string, offset: number, path: readonly Segment[]) {
    super(message);
    this.offset = offset;
    this.path = path;
  }
}

/** `again`: the member has a namesake before it in the same object, whose value it replaces. */
export type Visit = (path: readonly Segment[], offset: number, again: boolean) => void;

/** Far beyond any real file, far below what the stack holds. */
const MAX_DEPTH = 200;

/**
 * A JSON parser that knows what the engine's own one does not tell: where each value begins (`visit` is called for
 * every value; the path it gets is reused, so it must not be kept), and integers beyond 2^53, which become bigint.
 */
export function scanJson(text: string, visit: Visit = () => {}): unknown {
  return new Scanner(text, visit).document();
}

class Scanner {
  readonly #text: string;
  readonly #visit: Visit;
  readonly #path: Segment[] = [];
  #at = 0;

  constructor(text: string, visit: Visit) {
    this.#text = text;
    this.#visit = visit;
  }

  document(): unknown {
    const value = this.#value(false);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('expected the end of the file');
    return value;
  }

  #value(again: boolean): unknown {
    this.#space();
    this.#visit(this.#path, this.#at, again);
    if (this.#path.length > MAX_DEPTH) this.#fail(`values are nested deeper than ${MAX_DEPTH} levels`);
    switch (this.#text[this.#at]) {
      case '{':
        return this.#object();
      case '[':
        return this.#array();
      case '"':
        return this.#string();
      default:
        return this.#literal();
    }
  }

  #object(): Record<string, unknown> {
    const object: Record<string, unknown> = {};
    this.#at++;
    if (this.#take('}')) return object;
    do {
      this.#space();
      if (this.#text[this.#at] !== '"') this.#fail('expected a member name in double quotes');
      const name = this.#string();
      if (!this.#take(':')) this.#fail(`expected ":" after the member name ${JSON.stringify(name)}`);
      this.#path.push(name);
      const value = this.#value(Object.hasOwn(object, name));
      this.#path.pop();
      // Not an assignment: the name may be __proto__.
      Object.defineProperty(object, name, { value, enumerable: true, writable: true, configurable: true });
    } while (this.#take(','));
    if (!this.#take('}')) this.#fail('expected "," or "}"');
    return object;
  }

  #array(): unknown[] {
    const array: unknown[] = [];
    this.#at++;
    if (this.#take(']')) return array;
    do {
      this.#path.push(array.length);
      array.push(this.#value(false));
      this.#path.pop();
    } while (this.#take(','));
    if (!this.#take(']')) this.#fail('expected "," or "]"');
    return array;
  }

  #string(): string {
    const start = this.#at;
    const token = this.#match(/"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y);
    if (token !== null) return token.includes('\\') ? (JSON.parse(token) as string) : token.slice(1, -1);
    // The part that is fine ends where the fault is.
    this.#match(/"(?:[ !#-[\]-\uffff]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*/y);
    const next = this.#text[this.#at];
    if (next === '\\')
      return this.#fail('a backslash here must be followed by one of "\\/bfnrt or u and four digits');
    if (next === undefined || next === '\n') {
      this.#at = start;
      return this.#fail('the text that begins here is not closed with a double quote');
    }
    return this.#fail('a control character in a text must be written as \\u and four digits');
  }

  #literal(): unknown {
    const word = this.#match(/[A-Za-z]+/y);
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    this.#at -= word?.length ?? 0;
    const number = this.#match(/-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z.+-])/y);
    if (number === null) return this.#fail('expected a value');
    const value = Number(number);
    return Number.isSafeInteger(value) || !/^-?[0-9]+$/.test(number) ? value : BigInt(number);
  }

  #take(character: string): boolean {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #space(): void {
    this.#match(/[ \t\r\n]*/y);
  }

  #match(pattern: RegExp): string | null {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? null;
    this.#at += found?.length ?? 0;
    return found;
  }

  #fail(problem: string): never {
    const next = this.#text[this.#at];
    const found = next === undefined ? 'the file ends' : `found ${JSON.stringify(next)}`;
    const message = problem.startsWith('expected')
      ? `${problem}, ${next === undefined ? 'but ' : ''}${found}`
      : problem;
    throw new JsonSyntaxError(message, this.#at, [...this.#path]);
  }
}
