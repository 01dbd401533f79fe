import type { Answer, Read } from '../execute/messages.ts';
import { accessPaths } from './access.ts';
import { cpusetFiles } from './cpuset.ts';
import type { CgroupHost } from './host.ts';
import { cgroupPlaces, type Place } from './paths.ts';
import type { CgroupConfig } from './plan.ts';

/**
 * What must be known of the cgroups above and at the container's own before they can be planned. `optional`: a caller who
 * may make none goes without.
 */
export function cgroupReads(config: CgroupConfig, host: CgroupHost, id: string, optional = false): Read[] {
  const places = cgroupPlaces(config.linux?.cgroupsPath, host, id);
  const files = places.flatMap((place) => [
    ...(config.linux?.cgroupsPath ? [membersFile(place)] : []),
    ...(place.hierarchy.version === 2 ? unifiedFiles(place, host) : v1Files(place)),
  ]);
  const access = optional ? places.flatMap(accessPaths) : [];
  return [
    ...files.map((path): Read => ({ kind: 'FILE', path })),
    ...access.map((path): Read => ({ kind: 'WRITABLE', path })),
  ];
}

/** The host with the answers to `cgroupReads`. `optional` as there. */
export function withFiles(
  host: CgroupHost,
  reads: readonly Read[],
  answers: readonly Answer[],
  optional = false,
): CgroupHost {
  const found = reads.flatMap(({ kind, path }, index): [string, string][] => {
    const answer = kind === 'FILE' ? answers[index] : undefined;
    const item = answer?.errno === 0 ? answer.items[0] : undefined;
    return item === undefined ? [] : [[path, Buffer.from(item).toString().trimEnd()]];
  });
  const files = { ...host.files, ...Object.fromEntries(found) };
  return { ...host, files, ...(optional && { access: accessOf(reads, answers) }) };
}

function accessOf(reads: readonly Read[], answers: readonly Answer[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    reads.flatMap(({ kind, path }, index): [string, number][] =>
      kind === 'WRITABLE' ? [[path, answers[index]?.errno ?? 0]] : [],
    ),
  );
}

/** Is there if the cgroup is. */
function membersFile({ path }: Place): string {
  return `${path}/cgroup.procs`;
}

/**
 * Cgroups that config.json names and that somebody had made before: they are not the container's to be removed. What lies
 * where railcar itself would have put it is what an earlier container has left.
 */
export function madeBefore(places: readonly Place[], { files }: CgroupHost): string[] {
  return places.filter((place) => files[membersFile(place)] !== undefined).map(({ path }) => path);
}

function v1Files(place: Place): string[] {
  const { hierarchy, path } = place;
  return [
    ...cpusetFiles(place),
    ...(hierarchy.controllers.includes('freezer') ? [`${path}/freezer.state`] : []),
  ];
}

/** The v2 hierarchy of a hybrid host has no controllers to hand down. */
function unifiedFiles({ levels, path }: Place, host: CgroupHost): string[] {
  return [
    `${path}/cgroup.freeze`,
    `${levels[0]}/cgroup.controllers`,
    ...(host.mode === 'v2'
      ? levels.flatMap((level) => [`${level}/cgroup.subtree_control`, `${level}/cgroup.type`])
      : []),
  ];
}
