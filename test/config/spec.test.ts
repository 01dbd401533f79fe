import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { checkTypes } from '../../src/config/check.ts';
import { specSchema } from '../../src/config/config.ts';
import { parseJson } from '../../src/config/json.ts';
import { loadConfig } from '../../src/config/load.ts';
import { positionsOf } from '../../src/config/positions.ts';

/** The examples of runtime-spec that concern Linux: its schema tests. */
const data = new URL('data/', import.meta.url);

describe('good examples have the right types', () => {
  test.each(readdirSync(new URL('good', data)))('%s', (name) => {
    const text = readFileSync(new URL(`good/${name}`, data), 'utf8');
    const value = parseJson(text, name);
    expect(checkTypes(specSchema, value, positionsOf(text, name))).toBe(value);
  });
});

/** As `create` tells it: some lack a process, which the schema tests of the specification do not mind. */
const reasons: Readonly<Record<string, string>> = {
  // What is in the section of another platform is nobody's business here; this file describes no container for Linux.
  'freebsd-vnet-disable.json': ':1:1: process: is missing',
  'invalid-json.json': ':1:2: expected a member name in double quotes, found "]"',
  'linux-hugepage.json':
    ':11:33: linux.resources.hugepageLimits[0].pageSize: must be a size such as "2MB" or "1GB", not "64kB"',
  'linux-netdevice.json': ':9:25: linux.netDevices.eth0.name: must be a string, not 23',
  'linux-rdma.json':
    ':10:35: linux.resources.rdma.mlx5_1.hcaHandles: must be an integer from 0 to 4294967295, not "not a uint32"',
};

describe('bad examples are refused', () => {
  test.each(readdirSync(new URL('bad', data)))('%s', (name) => {
    const text = readFileSync(new URL(`bad/${name}`, data), 'utf8');
    expect(() => loadConfig(Buffer.from(text), name)).toThrow(name + reasons[name]);
  });
});
