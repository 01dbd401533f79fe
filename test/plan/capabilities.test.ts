import { expect, test } from 'vitest';
import { capabilityBit } from '../../src/config/capabilities.ts';
import { capabilityMasks, warnOfUngranted } from '../../src/plan/capabilities.ts';

const kill = capabilityBit('CAP_KILL') ?? 0n;

test('what cannot be granted is told once, and nothing of what can', () => {
  const both = ['CAP_KILL', 'CAP_SYS_ADMIN'];
  const said: string[] = [];
  const warn = (message: string) => void said.push(message);
  warnOfUngranted({ bounding: both, effective: both }, kill, warn);
  expect(said).toEqual([
    'process.capabilities: cannot grant CAP_SYS_ADMIN, which railcar itself does not have',
  ]);
  warnOfUngranted({ bounding: ['CAP_KILL'] }, kill, warn);
  warnOfUngranted(undefined, 0n, warn);
  expect(said).toHaveLength(1);
  expect(capabilityMasks({ bounding: both, permitted: both }, kill)).toMatchObject({
    bounding: kill,
    permitted: kill,
    effective: 0n,
  });
});
