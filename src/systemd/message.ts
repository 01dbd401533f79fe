import { type Message, marshall } from 'dbus-native/lib/message.js';
import { Variant } from 'dbus-native/lib/values.js';

/** A property of a unit, with the type that systemd wants it in (org.freedesktop.systemd1(5)). */
export type Property = readonly [name: string, value: Variant];

/** `signature` is D-Bus's: `t` a number of 64 bits, `b` a truth value, `s` a text, `ay` bytes, … */
export function property(name: string, signature: string, value: unknown): Property {
  return [name, new Variant(signature, value)];
}

const bus = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
} as const;

const manager = {
  destination: 'org.freedesktop.systemd1',
  path: '/org/freedesktop/systemd1',
  interface: 'org.freedesktop.systemd1.Manager',
} as const;

/** Every connection begins with it. */
export function hello(): Uint8Array {
  return bytes({ ...bus, serial: 1, member: 'Hello' });
}

/** From now on the end of each job of systemd is told. */
export function watchJobs(): Uint8Array {
  const rule = `type='signal',sender='${manager.destination}',path='${manager.path}',interface='${manager.interface}',member='JobRemoved'`;
  return bytes({ ...bus, serial: 2, member: 'AddMatch', signature: 's', body: [rule] });
}

/** A message, and where in it the container's pid is to be put. */
export interface WithPid {
  readonly message: Uint8Array;
  readonly pidAt: number;
}

/** Makes the scope with the container's first process in it. `serial`: another one for each message of a connection. */
export function startScope(serial: number, unit: string, properties: readonly Property[]): WithPid {
  return withPid((pid) => ({
    ...manager,
    serial,
    member: 'StartTransientUnit',
    signature: 'ssa(sv)a(sa(sv))',
    body: [unit, 'fail', [...properties, property('PIDs', 'au', [pid])], []],
  }));
}

/** Puts a process into a cgroup of a unit that runs, which its own user may have no right to do himself (since 238). */
export function attachProcess(serial: number, unit: string, subgroup: string): WithPid {
  return withPid((pid) => ({
    ...manager,
    serial,
    member: 'AttachProcessesToUnit',
    signature: 'ssau',
    body: [unit, subgroup, [pid]],
  }));
}

/** Where two messages differ that differ in the pid. */
function withPid(message: (pid: number) => Message): WithPid {
  const [low, high] = [bytes(message(0)), bytes(message(0xffffffff))];
  return { message: low, pidAt: low.findIndex((byte, index) => byte !== high[index]) };
}

export function stopUnit(serial: number, unit: string): Uint8Array {
  return bytes({ ...manager, serial, member: 'StopUnit', signature: 'ss', body: [unit, 'replace'] });
}

/** Lets go of a unit that has failed. */
export function resetFailed(serial: number, unit: string): Uint8Array {
  return bytes({ ...manager, serial, member: 'ResetFailedUnit', signature: 's', body: [unit] });
}

/** Until the next start of the unit, as everything of a scope is. */
export function setProperties(serial: number, unit: string, properties: readonly Property[]): Uint8Array {
  return bytes({
    ...manager,
    serial,
    member: 'SetUnitProperties',
    signature: 'sba(sv)',
    body: [unit, true, properties],
  });
}

/** A plain array: Node's Buffer prints itself as an object of its own. */
function bytes(message: Message): Uint8Array {
  return new Uint8Array(marshall(message));
}
