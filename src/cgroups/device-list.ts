import type { DeviceRule } from '../config/config.ts';
import { PlanError } from '../plan/error.ts';

/**
 * What an ordered list of rules comes to, as cgroup v1 understands it: by default nothing (or everything) is allowed,
 * and each exception allows (or denies) something.
 */
export interface DeviceList {
  readonly allow: boolean;
  readonly exceptions: readonly DeviceException[];
}

export interface DeviceException {
  readonly type: 'c' | 'b';
  /** Null: all numbers. */
  readonly major: number | null;
  readonly minor: number | null;
  /** Letters of `rwm`. */
  readonly access: string;
  /** The rule that it comes from, below `linux.resources`. */
  readonly origin: string;
}

/** v1 keeps its "every number" as this one. */
const UNKNOWN = 0xffffffff;

/**
 * Follows `rules` one by one from "deny all", as the kernel does for v1: a rule for all devices forgets what came before
 * it; one that agrees with the default takes an exception back; any other adds one. Throws PlanError for a rule that
 * would take back a part of a wider exception: v1 ignores that without a word, so whoever wrote it would be mistaken
 * about what is denied.
 */
export function deviceList(rules: readonly DeviceRule[], always: readonly DeviceRule[] = []): DeviceList {
  let list: DeviceList = { allow: false, exceptions: [] };
  for (const [index, rule] of rules.entries()) list = applied(list, rule, `devices[${index}]`);
  if (!list.allow) for (const rule of always) list = applied(list, rule, 'devices');
  return list;
}

export function isForAll({ type }: DeviceRule): boolean {
  return type === undefined || type === '' || type === 'a';
}

function applied({ allow, exceptions }: DeviceList, rule: DeviceRule, origin: string): DeviceList {
  if (isForAll(rule)) return { allow: rule.allow, exceptions: [] };
  const exception = exceptionOf(rule, origin);
  if (rule.allow !== allow) return { allow, exceptions: added(exceptions, exception) };
  for (const wider of exceptions) refuseHole(exception, wider, rule.allow);
  return { allow, exceptions: removed(exceptions, exception) };
}

function exceptionOf({ type, major, minor, access }: DeviceRule, origin: string): DeviceException {
  for (const [name, value] of Object.entries({ major, minor })) {
    if (value === UNKNOWN) refuse(`${origin}.${name}`, `${value} is no device number`);
  }
  return {
    type: type === 'b' ? 'b' : 'c',
    major: numberOf(major),
    minor: numberOf(minor),
    access: without(access || 'rwm', ''),
    origin,
  };
}

function numberOf(value: number | undefined): number | null {
  return value === undefined || value < 0 ? null : value;
}

function added(exceptions: readonly DeviceException[], one: DeviceException): DeviceException[] {
  const known = exceptions.find((other) => isSame(one, other));
  if (known === undefined) return [...exceptions, one];
  const access = known.access + without(one.access, known.access);
  return exceptions.map((other) => (other === known ? { ...other, access } : other));
}

function removed(exceptions: readonly DeviceException[], one: DeviceException): DeviceException[] {
  return exceptions
    .map((other) => (isSame(one, other) ? { ...other, access: without(other.access, one.access) } : other))
    .filter(({ access }) => access !== '');
}

function refuseHole(one: DeviceException, wider: DeviceException, allow: boolean): void {
  if (isSame(one, wider) || !overlaps(one, wider)) return;
  const [verb, other] = allow ? ['allow', 'denied'] : ['deny', 'allowed'];
  refuse(
    one.origin,
    `cannot ${verb} "${textOf(one)}" only: linux.resources.${wider.origin} has ${other} "${textOf(wider)}", and cgroups can take back nothing but the same numbers`,
  );
}

/** Some device and some kind of access is meant by both. */
function overlaps(one: DeviceException, other: DeviceException): boolean {
  const common = (a: number | null, b: number | null) => a === null || b === null || a === b;
  return (
    one.type === other.type &&
    common(one.major, other.major) &&
    common(one.minor, other.minor) &&
    without(one.access, other.access) !== one.access
  );
}

function isSame(one: DeviceException, other: DeviceException): boolean {
  return one.type === other.type && one.major === other.major && one.minor === other.minor;
}

function without(letters: string, taken: string): string {
  return [...new Set(letters)].filter((letter) => !taken.includes(letter)).join('');
}

function textOf({ type, major, minor, access }: DeviceException): string {
  return `${type} ${major ?? '*'}:${minor ?? '*'} ${access}`;
}

function refuse(origin: string, message: string): never {
  throw new PlanError('config-invalid', `linux.resources.${origin}`, message);
}
