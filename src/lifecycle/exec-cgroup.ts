import { RailcarError } from '../errors.ts';

type Paths = Readonly<Record<string, string>>;

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
