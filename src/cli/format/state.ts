import type { ContainerState } from '../verbs.ts';

/** What `state` prints: runc's members in runc's order. `owner` is always empty there, and annotations may be missing. */
export function stateText(state: ContainerState): string {
  return `${JSON.stringify({ ...stateMembers(state), owner: '' }, null, 2)}\n`;
}

/** The members of `state` and of the list, without annotations where there are none. */
export function stateMembers(state: ContainerState) {
  const { ociVersion, id, pid, status, bundle, rootfs, created, annotations, owner } = state;
  const some = Object.keys(annotations).length > 0 ? { annotations } : {};
  return { ociVersion, id, pid, status, bundle, rootfs, created, ...some, owner };
}
