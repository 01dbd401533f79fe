import type { DeviceRule } from '../config/config.ts';
import type { Setting } from './setting.ts';

/**
 * Always allowed, after the rules of config.json: making any node, and using those that every container has.
 * 1:3 null, 1:5 zero, 1:7 full, 1:8 random, 1:9 urandom, 5:0 tty, 5:2 ptmx, 136 the terminals in /dev/pts.
 */
const always = [
  'c *:* m',
  'b *:* m',
  'c 1:3 rwm',
  'c 1:5 rwm',
  'c 1:7 rwm',
  'c 1:8 rwm',
  'c 1:9 rwm',
  'c 5:0 rwm',
  'c 5:2 rwm',
  'c 136:* rwm',
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
  return always
    .filter((text) => !done.includes(text))
    .map((text) => ({ allow: true, text, origin: 'devices' }));
}

function ruleWrite(rule: DeviceRule, index: number): Write {
  const text = `${rule.type} ${number(rule.major)}:${number(rule.minor)} ${rule.access || 'rwm'}`;
  return { allow: rule.allow, text, origin: `devices[${index}]` };
}

function isForAll({ type }: DeviceRule): boolean {
  return type === undefined || type === '' || type === 'a';
}

function number(value: number | undefined): string {
  return value === undefined || value < 0 ? '*' : String(value);
}
