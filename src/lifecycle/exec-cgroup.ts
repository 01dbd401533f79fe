import { handedDown } from '../cgroups/domains.ts';
import { parseCgroupHost } from '../cgroups/host.ts';
import { ownDirectory } from '../cgroups/paths.ts';
import { RailcarError } from '../errors.ts';
import type { Hands } from '../execute/hands.ts';
import { file, readNamed, textOf } from '../execute/reads.ts';

type Paths = Readonly<Record<string, string>>;

/**
 * Where another process of the container is put: into the cgroups that `--cgroup` names, else into the container's. A
 * container that has cgroups of its own (an init system, for instance) may have made its v2 cgroup one that holds no
 * processes; then to where its first process is now.
 */
export async function execCgroups(
  hands: Hands,
  paths: Paths,
  pid: number,
  options: readonly string[],
): Promise<Paths> {
  const unified = paths[''];
  if (options.length > 0) return subCgroups(paths, options);
  // Where v1 has the controllers, v2 has none to hand down.
  if (unified === undefined || Object.keys(paths).length > 1) return paths;
  const { control } = await readNamed(hands, { control: file(`${unified}/cgroup.subtree_control`) });
  if (handedDown(textOf(control)) === undefined) return paths;
  const { mountinfo, own } = await readNamed(hands, {
    mountinfo: file('/proc/self/mountinfo'),
    own: file(`/proc/${pid}/cgroup`),
  });
  const host = parseCgroupHost(textOf(mountinfo) ?? '', textOf(own) ?? '');
  const place = host.hierarchies.find(({ version }) => version === 2);
  const moved = place && ownDirectory(place);
  return moved?.startsWith(`${unified}/`) ? { '': moved } : paths;
}

/**
 * `--cgroup PATH` or `CONTROLLER[,CONTROLLER]:PATH`: cgroups below the container's own that the process is put into.
 * They must exist.
 */
export function subCgroups(paths: Paths, options: readonly string[]): Paths {
  const changed = options.flatMap((option) => {
    const { controllers, path } = parse(option, paths);
    return controllers.map((name) => [name, below(paths[name] ?? '', path, option)]);
  });
  return { ...paths, ...Object.fromEntries(changed) };
}

function parse(
  option: string,
  paths: Paths,
): { readonly controllers: readonly string[]; readonly path: string } {
  const colon = option.indexOf(':');
  if (colon < 0) return { controllers: Object.keys(paths), path: option };
  const controllers = option.slice(0, colon).split(',');
  const unknown = controllers.find((name) => paths[name] === undefined);
  if (unknown !== undefined) {
    throw new RailcarError(
      'usage',
      `--cgroup: unknown controller ${JSON.stringify(unknown)} in ${JSON.stringify(option)}`,
    );
  }
  return { controllers, path: option.slice(colon + 1) };
}

function below(base: string, path: string, option: string): string {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  if (names.includes('..')) {
    throw new RailcarError('usage', `--cgroup: ${JSON.stringify(option)} is not a sub cgroup path`);
  }
  return [base, ...names].join('/');
}
