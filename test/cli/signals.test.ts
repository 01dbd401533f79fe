import { constants } from 'node:os';
import { describe, expect, test } from 'vitest';
import { parseSignal } from '../../src/cli/signals.ts';
import { signalName, signals } from '../../src/signals.ts';

test('numbers and names are those of the system', () => {
  for (const [name, number] of Object.entries(constants.signals)) {
    if (name === 'SIGUNUSED') continue;
    expect(signals[name.slice(3)]).toBe(number);
    expect(parseSignal(name)).toBe(number);
  }
});

describe('parseSignal', () => {
  test.each([
    ['KILL', 9],
    ['SIGKILL', 9],
    ['sigkill', 9],
    ['9', 9],
    ['0', 0],
    ['64', 64],
    ['RTMIN', 34],
    ['SIGRTMIN+3', 37],
    ['SIGRTMAX-1', 63],
  ])('%s', (text, number) => {
    expect(parseSignal(text)).toBe(number);
  });

  test.each(['', 'FOO', '65', '-9', 'SIG', 'RTMIN-1', 'RTMAX+1', 'constructor', '9.5'])(
    'refuses %j',
    (text) => {
      expect(() => parseSignal(text)).toThrow(`unknown signal ${JSON.stringify(text)}`);
    },
  );
});

test('signalName', () => {
  expect(signalName(31)).toBe('SIGSYS');
  expect(signalName(6)).toBe('SIGABRT');
  expect(signalName(40)).toBe('a real-time signal');
});
