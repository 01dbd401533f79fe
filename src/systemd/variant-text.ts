import { Variant } from 'dbus-native/lib/values.js';

/** Words of GVariant's text format for types, and what D-Bus calls them. */
const typeWords: Readonly<Record<string, string>> = {
  boolean: 'b',
  byte: 'y',
  int16: 'n',
  uint16: 'q',
  int32: 'i',
  uint32: 'u',
  int64: 'x',
  uint64: 't',
  double: 'd',
  string: 's',
  objectpath: 'o',
  signature: 'g',
};

/** The smallest and the largest value of each type of whole numbers. */
const ranges: Readonly<Record<string, readonly [bigint, bigint]>> = {
  y: [0n, 0xffn],
  n: [-0x8000n, 0x7fffn],
  q: [0n, 0xffffn],
  i: [-0x80000000n, 0x7fffffffn],
  u: [0n, 0xffffffffn],
  x: [-0x8000000000000000n, 0x7fffffffffffffffn],
  t: [0n, 0xffffffffffffffffn],
};

interface Typed {
  readonly type: string;
  readonly value: unknown;
}

/**
 * A value in GVariant's text format (GLib, "GVariant Text Format"): `true`, `'text'`, `5`, `uint64 5`, `['a', 'b']`,
 * `@as []`, `(1, 'a')`. Throws SyntaxError.
 */
export function parseVariant(text: string): Variant {
  const tokens = tokensOf(text);
  const { type, value } = read(tokens);
  if (tokens.length > 0) throw new SyntaxError(`"${tokens[0]}" is too much`);
  return new Variant(type, value);
}

const token = /\s*(?:('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|([[\](),])|(@[a-z()]+)|([^\s[\](),'"]+))/y;

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.trimEnd().length) {
    const found = token.exec(text);
    if (found === null) throw new SyntaxError('it has a quote without its other half');
    tokens.push(found[0].trim());
  }
  return tokens;
}

function read(tokens: string[], wanted?: string): Typed {
  const word = tokens.shift();
  if (word === undefined) throw new SyntaxError('it ends too early');
  if (word.startsWith('@')) return read(tokens, word.slice(1));
  const named = typeWords[word];
  if (named !== undefined) return read(tokens, named);
  if (word === '[') return readArray(tokens, wanted);
  if (word === '(') return readTuple(tokens);
  if (/^['"]/.test(word)) return { type: textType(wanted), value: unquoted(word) };
  if (word === 'true' || word === 'false') return { type: 'b', value: word === 'true' };
  return readNumber(word, wanted);
}

function readArray(tokens: string[], wanted: string | undefined): Typed {
  const items = readItems(tokens, ']', wanted?.startsWith('a') ? wanted.slice(1) : undefined);
  const type = items[0]?.type ?? wanted?.slice(1);
  if (type === undefined) throw new SyntaxError('an empty list needs its type: @as []');
  if (items.some((item) => item.type !== type)) throw new SyntaxError('a list has values of one type only');
  return { type: `a${type}`, value: items.map(({ value }) => value) };
}

function readTuple(tokens: string[]): Typed {
  const items = readItems(tokens, ')', undefined);
  return { type: `(${items.map(({ type }) => type).join('')})`, value: items.map(({ value }) => value) };
}

function readItems(tokens: string[], end: string, wanted: string | undefined): Typed[] {
  const items: Typed[] = [];
  while (tokens[0] !== end) {
    items.push(read(tokens, wanted));
    if (tokens[0] === ',') tokens.shift();
    else if (tokens[0] !== end) throw new SyntaxError(`"${end}" is missing`);
  }
  tokens.shift();
  return items;
}

function textType(wanted: string | undefined): string {
  return wanted === 'o' || wanted === 'g' ? wanted : 's';
}

function unquoted(word: string): string {
  return word
    .slice(1, -1)
    .replaceAll(/\\(.)/g, (_, letter: string) => ({ n: '\n', t: '\t' })[letter] ?? letter);
}

function readNumber(word: string, wanted: string | undefined): Typed {
  if (/^[+-]?\d+$/.test(word) && wanted !== 'd') return wholeNumber(BigInt(word), wanted ?? 'i');
  if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(word)) return { type: 'd', value: Number(word) };
  throw new SyntaxError(`"${word}" is no value; texts are in quotes`);
}

function wholeNumber(value: bigint, type: string): Typed {
  const [least, most] = ranges[type] ?? [0n, -1n];
  if (value < least || value > most) throw new SyntaxError(`${value} does not fit into its type`);
  return { type, value: type === 'x' || type === 't' ? value : Number(value) };
}
