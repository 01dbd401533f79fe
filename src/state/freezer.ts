/** Where a container is frozen and thawed, what is written for it, and what is read while it is frozen. */
export interface Freezer {
  readonly path: string;
  readonly freeze: string;
  readonly thaw: string;
  readonly frozen: readonly string[];
  /** Where to wait for which line to know that it is done. */
  readonly done: { readonly path: string; readonly frozen: string; readonly thawed: string };
}

export function freezerFile(paths: Readonly<Record<string, string>>): Freezer | null {
  if (paths.freezer !== undefined) {
    const path = `${paths.freezer}/freezer.state`;
    const done = { path, frozen: 'FROZEN', thawed: 'THAWED' };
    return { path, freeze: 'FROZEN', thaw: 'THAWED', frozen: ['FROZEN', 'FREEZING'], done };
  }
  const unified = paths[''];
  if (unified === undefined) return null;
  const done = { path: `${unified}/cgroup.events`, frozen: 'frozen 1', thawed: 'frozen 0' };
  return { path: `${unified}/cgroup.freeze`, freeze: '1', thaw: '0', frozen: ['1'], done };
}
