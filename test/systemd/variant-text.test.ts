import { describe, expect, test } from 'vitest';
import { parseVariant } from '../../src/systemd/variant-text.ts';

describe('a value in the text format of GVariant', () => {
  test.each<[string, string, unknown]>([
    ['true', 'b', true],
    ["'it\\'s'", 's', "it's"],
    ['"it\'s"', 's', "it's"],
    ['5', 'i', 5],
    ['-5', 'i', -5],
    ['uint64 18446744073709551615', 't', 18446744073709551615n],
    ['int64 -5', 'x', -5n],
    ['byte 255', 'y', 255],
    ['1.5', 'd', 1.5],
    ['double 2', 'd', 2],
    ["['a', 'b']", 'as', ['a', 'b']],
    ['@as []', 'as', []],
    ['@at [1, 2]', 'at', [1n, 2n]],
    ["[('a', 1)]", 'a(si)', [['a', 1]]],
    ["objectpath '/a'", 'o', '/a'],
  ])('%s', (text, signature, value) => {
    expect(parseVariant(text)).toEqual({ signature, value });
  });

  test.each([
    ['mine', /texts are in quotes/],
    ['', /ends too early/],
    ['uint64 -1', /does not fit/],
    ['2147483648', /does not fit/],
    ['5 5', /is too much/],
    ["'a", /quote/],
    ['[', /ends too early|missing/],
    ['[]', /needs its type/],
    ["[1, 'a']", /one type/],
    ['[1 2]', /missing/],
  ])('%s is none', (text, message) => {
    expect(() => parseVariant(text)).toThrow(message);
  });
});
