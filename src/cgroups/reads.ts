import type { Answer, Read } from '../execute/messages.ts';
import { cpusetFiles } from './cpuset.ts';
import type { CgroupHost } from './host.ts';
import { cgroupPlaces, type Place } from './paths.ts';
import type { CgroupConfig } from './plan.ts';

/** What must be known of the cgroups above and at the container's own before they can be planned. */
export function cgroupReads(config: CgroupConfig, host: CgroupHost, id: string): Read[] {
  return cgroupPlaces(config.linux?.cgroupsPath, host, id)
    .flatMap((place) => [
      ...(config.linux?.cgroupsPath ? [membersFile(place)] : []),
      ...(place.hierarchy.version === 2 ? unifiedFiles(place, host) : v1Files(place)),
    ])
    .map((path) => ({ kind: 'FILE', path }));
}

/** The host with the answers to `cgroupReads`. */
export function withFiles(host: CgroupHost, reads: readonly Read[], answers: readonly Answer[]): CgroupHost {
  const found = reads.flatMap(({ path }, index): [string, string][] => {
    const answer = answers[index];
    const item = answer?.errno === 0 ? answer.items[0] : undefined;
    return item === undefined ? [] : [[path, Buffer.from(item).toString().trimEnd()]];
  });
  return { ...host, files: { ...host.files, ...Object.fromEntries(found) } };
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
