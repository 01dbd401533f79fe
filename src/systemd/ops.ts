import type { Config, Resources } from '../config/config.ts';
import type { HandsOp } from '../plan/ops.ts';
import { annotatedProperties } from './annotations.ts';
import {
  attachProcess,
  hello,
  type Property,
  property,
  resetFailed,
  setProperties,
  startScope,
  stopUnit,
  watchJobs,
} from './message.ts';
import { deviceProperties, newer, resourceProperties } from './resources.ts';
import type { Unit } from './unit.ts';

/** What of a unit is kept in the container's record. */
export type KeptUnit = Pick<Unit, 'name' | 'bus'>;

const BUS = 'systemd';
const origin = 'linux.cgroupsPath';

/** How long (ms) systemd may take for an answer, and for a job, which may wait for other jobs. */
const ANSWER_DEADLINE = 10_000;
const JOB_DEADLINE = 30_000;

/** Connects to the manager. Before anything is made for the container: without systemd nothing needs to be undone. */
export function connectOps({ bus }: KeptUnit): HandsOp[] {
  return [
    { op: 'connect', path: bus, into: BUS, origin },
    { op: 'busGreet', bus: BUS, deadline: ANSWER_DEADLINE, origin },
    call(hello(), 'Hello'),
    call(watchJobs(), 'AddMatch'),
  ];
}

/**
 * Makes the scope around the container's first process, which is alive by now and waits. A unit of that name that has failed
 * earlier makes place; one that lives is somebody else's. A systemd that does not know one of the newer properties gets
 * the others.
 */
export function startOps(unit: Unit, config: Config, version: 1 | 2): HandsOp[] {
  const own = annotatedProperties(config.annotations);
  const usual = [...scopeProperties(unit), ...limits(config.linux?.resources ?? {}, version)];
  const all = [...usual.filter(([name]) => !own.some(([other]) => other === name)), ...own];
  const older = all.filter(([name]) => !newer.has(name));
  return [
    {
      ...startOp(unit, 3, all),
      orElse: {
        on: ['EEXIST', 'EOPNOTSUPP'],
        do: [
          { ...call(resetFailed(4, unit.name), unit.name), orElse: gone },
          {
            ...startOp(unit, 5, all),
            orElse: { on: ['EOPNOTSUPP'], do: [startOp(unit, 6, older)] },
          },
        ],
      },
    },
  ];
}

function startOp(unit: Unit, serial: number, properties: readonly Property[]) {
  return {
    op: 'busJob',
    bus: BUS,
    ...startScope(serial, unit.name, properties),
    unit: unit.name,
    deadline: JOB_DEADLINE,
    undo: endOps(unit),
    origin,
  } as const;
}

function scopeProperties({ slice, name }: Unit): Property[] {
  return [
    property('Description', 's', `railcar container ${name.replace(/\.scope$/, '')}`),
    property('Slice', 's', slice),
    // The container lives below what is in this cgroup; systemd is to leave that alone.
    property('Delegate', 'b', true),
    property('DefaultDependencies', 'b', false),
    // Else a container that was killed would stay in the list of units, and its name would be taken.
    property('CollectMode', 's', 'inactive-or-failed'),
    property('CPUAccounting', 'b', true),
    property('MemoryAccounting', 'b', true),
    property('TasksAccounting', 'b', true),
    property('IOAccounting', 'b', true),
  ];
}

function limits(resources: Resources, version: 1 | 2): Property[] {
  return [...resourceProperties(resources, version), ...deviceProperties(resources, version)];
}

/** Puts another process into the scope, in its cgroup `subgroup` (`/` and a path below the scope's own). */
export function attachOps({ name }: KeptUnit, subgroup: string): HandsOp[] {
  const { message, pidAt } = attachProcess(9, name, subgroup);
  return [{ ...call(message, name), pidAt }];
}

/** Ends the unit, with what may be left in it, and forgets it. One that has ended is forgotten already. */
export function stopOps(unit: KeptUnit): HandsOp[] {
  return [...connectOps(unit), ...endOps(unit)].map((op) => ({ ...op, orElse: unreachable }) as HandsOp);
}

function endOps({ name }: KeptUnit): HandsOp[] {
  return [
    {
      op: 'busJob',
      bus: BUS,
      message: stopUnit(7, name),
      pidAt: 0,
      unit: name,
      deadline: JOB_DEADLINE,
      orElse: gone,
      origin,
    },
    { ...call(resetFailed(8, name), name), orElse: gone },
  ];
}

/** Tells systemd of changed limits. Those that it does not know stay in the files, which are written next. */
export function updateOps(unit: KeptUnit, before: Resources, after: Resources, version: 1 | 2): HandsOp[] {
  const [old, fresh] = [limits(before, version), limits(after, version)];
  if (fresh.length === 0) return [];
  return [
    ...connectOps(unit),
    {
      ...setOp(unit, 3, fresh),
      ...(old.length > 0 && { undo: [setOp(unit, 5, old)] }),
    },
  ];
}

function setOp({ name }: KeptUnit, serial: number, properties: readonly Property[]): HandsOp {
  const older = properties.filter(([each]) => !newer.has(each));
  return {
    ...call(setProperties(serial, name, properties), name),
    orElse: {
      on: ['EOPNOTSUPP'],
      do: older.length > 0 ? [call(setProperties(serial + 1, name, older), name)] : [],
    },
  };
}

function call(message: Uint8Array, subject: string) {
  return { op: 'busCall', bus: BUS, message, pidAt: 0, subject, deadline: ANSWER_DEADLINE, origin } as const;
}

const gone = { on: ['ENOENT'], do: [] } as const;

/** A systemd that cannot be asked, or does not answer root about a user's unit, keeps nobody from removing what is there. */
const unreachable = {
  on: ['ENOENT', 'EACCES', 'EBADF', 'EPIPE', 'ECONNRESET', 'ECONNREFUSED'],
  do: [],
} as const;
