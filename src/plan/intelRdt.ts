import type { LinuxSpec } from '../config/config.ts';
import { PlanError } from './error.ts';
import type { HandsOp } from './ops.ts';

/** The resctrl file system of the host, as far as a container depends on it. */
export interface Resctrl {
  readonly mountPoint: string;
  /** Content of `schemata` of the container's class, if there is such a class already. */
  readonly schemata: string | null;
}

/** Where a container is in resctrl, for its record: what `exec` joins, and what is removed with the container. */
export interface ResctrlGroups {
  readonly joined: readonly string[];
  /** In the order in which they are made. */
  readonly made: readonly string[];
}

export interface IntelRdtPlan {
  readonly groups: ResctrlGroups | null;
  readonly make: readonly HandsOp[];
  /** Once the container's process exists, and before it may run the user's program. */
  readonly join: readonly HandsOp[];
}

type IntelRdt = NonNullable<LinuxSpec['intelRdt']>;

const ORIGIN = 'linux.intelRdt';

/** `linux.intelRdt` of runtime-spec. Throws PlanError where the host cannot do it or has the class with other contents. */
export function intelRdtPlan(rdt: IntelRdt | undefined, id: string, host: Resctrl | null): IntelRdtPlan {
  if (rdt === undefined) return { groups: null, make: [], join: [] };
  if (host === null) {
    throw new PlanError(
      'host-unsupported',
      ORIGIN,
      'this host has no resctrl file system mounted (mount -t resctrl resctrl /sys/fs/resctrl), or its kernel or processor has none',
    );
  }
  const directory = classDirectory(rdt, id, host.mountPoint);
  const fresh = host.schemata === null;
  const known = schemasOf(rdt);
  const lines = [...(fresh ? known : []), ...(rdt.schemata ?? [])];
  if (fresh) requireSchemas(rdt, [...known, ...lines]);
  else compareSchemas(known, host.schemata, rdt.closID ?? id);
  const monitor = rdt.enableMonitoring === true ? `${directory}/mon_groups/${id}` : null;
  // A class with a name of its own is not the container's alone: it stays when the container goes.
  const made = [
    ...(fresh && rdt.closID === undefined ? [directory] : []),
    ...(monitor === null ? [] : [monitor]),
  ];
  return {
    groups: { joined: [directory, ...(monitor === null ? [] : [monitor])], made },
    make: [
      ...(fresh ? [makeOp(directory, 'closID')] : []),
      ...(lines.length > 0
        ? [schemataOp(directory, lines, rdt.schemata === undefined ? ORIGIN : `${ORIGIN}.schemata`)]
        : []),
      ...(monitor === null ? [] : [makeOp(monitor, 'enableMonitoring')]),
    ],
    join: joinResctrl([directory, ...(monitor === null ? [] : [monitor])]),
  };
}

/** The class `/` is the root's. */
export function classDirectory({ closID }: IntelRdt, id: string, mountPoint: string): string {
  return closID === '/' ? mountPoint : `${mountPoint}/${closID ?? id}`;
}

/** Puts the process that has just been born into the groups. */
export function joinResctrl(groups: readonly string[]): HandsOp[] {
  return groups.map((group) => ({
    op: 'write',
    path: `${group}/tasks`,
    text: [{ variable: 'pid' }],
    origin: ORIGIN,
  }));
}

/** The groups that were made for a container, the innermost first. */
export function removeResctrl(groups: ResctrlGroups | null | undefined): HandsOp[] {
  return [...(groups?.made ?? [])].reverse().map((path) => ({ op: 'rmdir', path, origin: ORIGIN }));
}

/** What is written to `schemata`; one line for memory bandwidth, that of memBwSchema where both have one. */
export function schemasOf({ l3CacheSchema, memBwSchema }: IntelRdt): string[] {
  const cache = (l3CacheSchema ?? '').split('\n').filter((line) => line !== '');
  if (!memBwSchema) return cache;
  return [...cache.filter((line) => !line.startsWith('MB:')), memBwSchema];
}

function schemataOp(directory: string, lines: readonly string[], origin: string): HandsOp {
  return { op: 'write', path: `${directory}/schemata`, text: `${lines.join('\n')}\n`, origin };
}

function makeOp(path: string, name: keyof IntelRdt): HandsOp {
  const origin = `${ORIGIN}.${name}`;
  return { op: 'mkdir', path, mode: 0o755, undo: [{ op: 'rmdir', path, origin }], origin };
}

/** A class that is only named must have been made by somebody else. */
function requireSchemas({ closID }: IntelRdt, lines: readonly string[]): void {
  if (closID === undefined || lines.length > 0) return;
  throw new PlanError(
    'host-unsupported',
    `${ORIGIN}.closID`,
    `there is no class "${closID}" on this host, and no schema to make one with`,
  );
}

/** Another one may use the class: it is not changed, so what is asked for must be what it has. */
function compareSchemas(wanted: readonly string[], schemata: string | null, closID: string): void {
  const there = new Map((schemata ?? '').split('\n').map(parseSchema));
  for (const [resource, values] of wanted.map(parseSchema)) {
    const different = [...values].find(([cache, value]) => there.get(resource)?.get(cache) !== value);
    if (different === undefined) continue;
    throw new PlanError(
      'host-unsupported',
      ORIGIN,
      `the class "${closID}" exists with another schema: ${resource} of ${different[0]} is ${there.get(resource)?.get(different[0]) ?? 'not there'}, not ${different[1]}`,
    );
  }
}

/** `    L3:0=00f;1=fff`: the kernel pads names and masks. */
function parseSchema(line: string): [resource: string, values: Map<string, string>] {
  const [resource = '', rest = ''] = line.trim().split(':');
  const values = rest.split(';').map((entry): [string, string] => {
    const [cache = '', value = ''] = entry.split('=');
    return [
      cache.trim(),
      value
        .trim()
        .toLowerCase()
        .replace(/^0+(?=.)/, ''),
    ];
  });
  return [resource, new Map(values)];
}
