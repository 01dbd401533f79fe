import type { DeviceRule } from '../config/config.ts';
import { deviceList, isForAll } from './device-list.ts';
import type { Setting } from './setting.ts';

const character = (major: number, minor?: number): DeviceRule => ({
  allow: true,
  type: 'c',
  major,
  ...(minor !== undefined && { minor }),
  access: 'rwm',
});

/** Always allowed, after the rules of config.json: making any node, and using those that every container has. */
export const alwaysAllowed: readonly DeviceRule[] = [
  { allow: true, type: 'c', access: 'm' },
  { allow: true, type: 'b', access: 'm' },
  // null, zero, full, random, urandom, tty, ptmx, and the terminals in /dev/pts.
  character(1, 3),
  character(1, 5),
  character(1, 7),
  character(1, 8),
  character(1, 9),
  character(5, 0),
  character(5, 2),
  character(136),
];

interface Write {
  readonly allow: boolean;
  readonly text: string;
  readonly origin: string;
}

/**
 * v1's device list. A new cgroup has its parent's list, so it starts with "deny all", as if config.json said so first.
 * A rule for all devices forgets what came before it, so nothing before the last of those needs to be written; what
 * the kernel refuses to widen beyond the parent's list then fails only where it is really asked for.
 */
export function deviceSettings(rules: readonly DeviceRule[] = []): Setting[] {
  // Throws for what the kernel would not do.
  deviceList(rules);
  const lastForAll = rules.findLastIndex(isForAll);
  const start = rules[lastForAll]?.allow ?? false;
  const asked = rules.map(ruleWrite).slice(lastForAll + 1);
  const writes: Write[] = [
    { allow: start, text: 'a', origin: lastForAll < 0 ? 'devices' : `devices[${lastForAll}]` },
    ...asked,
    ...(start ? [] : alwaysWrites(asked)),
  ];
  return writes.map(({ allow, text, origin }) => ({
    controller: 'devices',
    file: allow ? 'devices.allow' : 'devices.deny',
    text,
    origin,
  }));
}

/** True if the rules let everything through: then there is nothing to restrict. */
export function allowsAllDevices(rules: readonly DeviceRule[] = []): boolean {
  const last = rules.at(-1);
  return last !== undefined && isForAll(last) && last.allow;
}

/** Callers usually ask for these themselves. A rule that denies may have taken back what was asked for before it. */
function alwaysWrites(asked: readonly Write[]): Write[] {
  const done = asked.every(({ allow }) => allow) ? asked.map(({ text }) => text) : [];
  return alwaysAllowed
    .map((rule) => ({ allow: true, text: ruleText(rule), origin: 'devices' }))
    .filter(({ text }) => !done.includes(text));
}

function ruleWrite(rule: DeviceRule, index: number): Write {
  return { allow: rule.allow, text: ruleText(rule), origin: `devices[${index}]` };
}

function ruleText({ type, major, minor, access }: DeviceRule): string {
  return `${type} ${number(major)}:${number(minor)} ${access || 'rwm'}`;
}

function number(value: number | undefined): string {
  return value === undefined || value < 0 ? '*' : String(value);
}
