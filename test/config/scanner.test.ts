import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseJson } from '../../src/config/json.ts';
import { scanJson } from '../../src/config/scanner.ts';
import { stringifyJson } from '../../src/config/stringify.ts';

describe('scanJson', () => {
  test('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 1, '\t'), (json, space) => {
        const text = JSON.stringify(JSON.parse(json), null, space);
        // Longer ones become bigint, see below.
        fc.pre(!/\d{16}/.test(text));
        expect(scanJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  test('refuses what JSON.parse refuses', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"',
      '"a"',
      '1',
      '-',
      '0',
      '.',
      'e',
      'true',
      ' ',
      '\\',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        expect(outcome(() => scanJson(text))).toEqual(outcome(() => JSON.parse(text)));
      }),
      { numRuns: 2000 },
    );
  });

  test('integers survive being written and read', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 63n), 2n ** 64n - 1n), (integer) => {
        const value = { a: [integer] };
        expect(BigInt((scanJson(stringifyJson(value)) as { a: [bigint | number] }).a[0])).toBe(integer);
      }),
    );
  });

  test('__proto__ is a member like any other', () => {
    expect(Object.keys(scanJson('{"__proto__": 1}') as object)).toEqual(['__proto__']);
  });
});

function outcome(parse: () => unknown): unknown {
  try {
    return { value: parse() };
  } catch {
    return 'refused';
  }
}

/** Text, and what is said about it. */
const faults: readonly (readonly [string, string])[] = [
  ['', '1:1: expected a value, but the file ends'],
  ['{"a": }', '1:7: a: expected a value, found "}"'],
  ['{"a": 1', '1:8: expected "," or "}", but the file ends'],
  ['{"a": 1,}', '1:9: expected a member name in double quotes, found "}"'],
  ['{"a" 1}', '1:6: expected ":" after the member name "a", found "1"'],
  ['{"a": [1, 2,\n  x]}', '2:3: a[2]: expected a value, found "x"'],
  ['{"a": "b}', '1:7: a: the text that begins here is not closed with a double quote'],
  ['{"a": "\\x"}', '1:8: a: a backslash here must be followed by one of "\\/bfnrt or u and four digits'],
  ['{"a": "\t"}', '1:8: a: a control character in a text must be written as \\u and four digits'],
  ['{"a": 01}', '1:7: a: expected a value, found "0"'],
  ['{} {}', '1:4: expected the end of the file, found "{"'],
  ["{'a': 1}", '1:2: expected a member name in double quotes, found "\'"'],
  ['{"é": "€", "b": nul}', '1:17: b: expected a value, found "n"'],
  ['['.repeat(300), `1:202: ${'[0]'.repeat(201)}: values are nested deeper than 200 levels`],
];

describe('faults are told with their place', () => {
  test.each(faults)('%s', (text, message) => {
    expect(() => parseJson(text, 'f')).toThrow(`f:${message}`);
  });
});

describe('stringifyJson', () => {
  const value = { a: [1, 2n ** 64n, { b: null, c: undefined }], d: {}, e: [], f: 'x"y' };

  test('writes integers as they are', () => {
    expect(stringifyJson(value)).toBe('{"a":[1,18446744073709551616,{"b":null}],"d":{},"e":[],"f":"x\\"y"}');
  });

  test('indents as JSON.stringify does', () => {
    const plain = { ...value, a: [1, 2, { b: null }] };
    expect(stringifyJson(value, 2).replace('18446744073709551616', '2')).toBe(JSON.stringify(plain, null, 2));
  });
});
