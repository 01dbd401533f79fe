import { expect, test } from 'vitest';
import { find, planOf, stubOf } from './build.ts';

const one = [{ containerID: 0, hostID: 1000, size: 1 }];
const many = [...one, { containerID: 1, hostID: 100000, size: 9 }];
const user = { uid: 1000, gid: 1000, capabilities: 0n };
const inner = { uid: 0, initialUserNamespace: false };

test('an ordinary user needs a user namespace; who is root in one does not', () => {
  expect(() => planOf({ caller: user })).toThrow(/rootless container requires user namespaces: uid 1000/);
  expect(() => planOf({ caller: inner })).not.toThrow();
  const joined = { namespaces: [{ type: 'user' as const, path: '/proc/1/ns/user' }] };
  expect(() => planOf({ caller: user, linux: joined })).not.toThrow();
});

test('where setgroups may have been given up, the kernel’s refusal to drop groups is none', () => {
  const denied = (caller: object, linux: object = {}) =>
    find(stubOf({ caller, linux }), 'user').denySetgroups;
  const own = (mappings: typeof one) => ({
    namespaces: [{ type: 'user' }],
    uidMappings: mappings,
    gidMappings: mappings,
  });
  expect(denied({})).toBe(0);
  expect(denied({}, own(many))).toBe(0);
  expect(denied(user, own(one))).toBe(1);
  expect(denied(user, own(many))).toBe(0);
  expect(denied(inner)).toBe(1);
  expect(denied(inner, own(one))).toBe(1);
  expect(denied({}, { namespaces: [{ type: 'user', path: '/proc/1/ns/user' }] })).toBe(1);
});

test('the state of an ordinary user is spared by those who clear runtime directories', () => {
  const made = (caller: object, linux: object = {}) => find(planOf({ caller, linux }).hands, 'mkdirAll').mode;
  expect(made({})).toBe(0o711);
  expect(made(inner)).toBe(0o1700);
});
