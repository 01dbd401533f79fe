import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { invalid } from '../../config/check.ts';
import type { LoadedRecipe } from '../recipe/load.ts';

/**
 * The repositories of a recipe as sections of a .repo file (dnf.conf(5)): `rpm.repos`, or else those that the user has put
 * into `~/.config/railcar/smith/repos`. Null: those of this machine.
 *
 * @throws {RailcarError} `config-invalid` with the place of the key
 */
export function repositories(
  loaded: LoadedRecipe,
  folder: string,
  environment: NodeJS.ProcessEnv,
): string | null {
  const { repos = [] } = loaded.recipe.rpm ?? {};
  const text =
    repos.length === 0
      ? ofTheUser(environment)
      : repos.map((name, index) => section(loaded, folder, name, index)).join('\n');
  if (text?.includes('$releasever') && loaded.recipe.rpm?.releasever === undefined)
    throw invalid(
      'rpm.repos',
      'has a repository with "$releasever", which needs rpm.releasever',
      loaded.positions,
    );
  return text;
}

function ofTheUser({ XDG_CONFIG_HOME }: NodeJS.ProcessEnv): string | null {
  const folder = join(XDG_CONFIG_HOME || join(homedir(), '.config'), 'railcar/smith/repos');
  if (!existsSync(folder)) return null;
  const names = readdirSync(folder).filter((name) => name.endsWith('.repo'));
  return (
    names
      .sort()
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n') || null
  );
}

/** Of a .repo file, or of where one repository is. */
function section(loaded: LoadedRecipe, folder: string, name: string, index: number): string {
  const refuse = (problem: string) => invalid(`rpm.repos[${index}]`, problem, loaded.positions);
  if (/^(https?|ftp):\/\//.test(name)) {
    if (name.endsWith('.repo')) throw refuse('is a .repo file of another machine: get it, and name the file');
    return described(loaded, folder, index, name, true);
  }
  const path = name.startsWith('file://') ? new URL(name).pathname : resolve(folder, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw refuse(`there is no ${JSON.stringify(name)}`);
  if (!stats.isDirectory()) return readFileSync(path, 'utf8');
  if (!existsSync(join(path, 'repodata')))
    throw refuse(`${JSON.stringify(name)} is no repository: it has no "repodata" (createrepo_c makes it)`);
  return described(loaded, folder, index, pathToFileURL(path).href, false);
}

/** What is on this machine is as good as a package file that is named: nobody else has signed it. */
function described(
  { recipe, positions }: LoadedRecipe,
  folder: string,
  index: number,
  url: string,
  signed: boolean,
): string {
  const { keys = [], gpgcheck = signed || keys.length > 0 } = recipe.rpm ?? {};
  if (gpgcheck && keys.length === 0)
    throw invalid(
      `rpm.repos[${index}]`,
      'has packages that are to be verified: with which keys? Say so in rpm.keys, or "gpgcheck: false"',
      positions,
    );
  const places = keys.map((key, at) => {
    if (/^https?:\/\//.test(key)) return key;
    const path = resolve(folder, key);
    if (!existsSync(path)) throw invalid(`rpm.keys[${at}]`, `there is no ${JSON.stringify(key)}`, positions);
    return pathToFileURL(path).href;
  });
  return [
    `[smith-${index + 1}]`,
    `name=${url}`,
    `baseurl=${url}`,
    `gpgcheck=${gpgcheck ? 1 : 0}`,
    ...(places.length > 0 ? [`gpgkey=${places.join(' ')}`] : []),
    '',
  ].join('\n');
}
