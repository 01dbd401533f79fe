import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import {
  failureNumbers,
  failureStrings,
  MAX_FRAME,
  messageTypes,
  PROTOCOL_VERSION,
  readKinds,
  requestNumbers,
  ways,
} from '../../src/execute/messages.ts';

const header = readFileSync(new URL('../../native/launcher/message.h', import.meta.url), 'utf8');

/** `NAME = 1` and `NAME` of an enum, without its prefix, in order; names without a value count from 0. */
function enumOf(name: string, prefix: string): [string, number][] {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(header)?.[1] ?? '';
  return [...body.matchAll(/^\s*([A-Z_]+)(?: = (\d+))?,$/gm)].map(([, key = '', value], index) => [
    key.replace(prefix, ''),
    value === undefined ? index : Number(value),
  ]);
}

const capitals = (name: string): string => name.replace(/[A-Z]/g, (capital) => `_${capital}`).toUpperCase();

/** Names that C counts, with the count itself last. */
const counted = (names: readonly string[], last: string): [string, number][] =>
  [...names.map(capitals), last].map((name, index) => [name, index]);

test('message types are the same on both sides', () => {
  expect(enumOf('message_type', 'MESSAGE_')).toEqual(Object.entries(messageTypes));
});

test('kinds of reads are the same on both sides', () => {
  expect(enumOf('read_kind', 'READ_')).toEqual(Object.entries(readKinds));
});

test('numbers of a request are the same on both sides', () => {
  expect(enumOf('request_number', 'REQUEST_')).toEqual(counted(requestNumbers, 'NUMBERS'));
});

test('ways are the same on both sides', () => {
  expect(enumOf('way', 'WAY_')).toEqual(
    counted(ways, 'S').map(([name, n]) => [name === 'S' ? 'WAYS' : name, n]),
  );
});

test('numbers and strings of a failure are the same on both sides', () => {
  expect(enumOf('failure_number', 'FAILURE_')).toEqual(counted(failureNumbers, 'NUMBERS'));
  expect(enumOf('failure_string', 'FAILURE_')).toEqual(counted(failureStrings, 'STRINGS'));
});

test('version and limit are the same on both sides', () => {
  expect(/PROTOCOL_VERSION (\d+)/.exec(header)?.[1]).toBe(String(PROTOCOL_VERSION));
  expect(/MAX_FRAME \((.*)\)/.exec(header)?.[1]).toBe('64u * 1024 * 1024');
  expect(MAX_FRAME).toBe(64 * 1024 * 1024);
});
