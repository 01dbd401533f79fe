import { invalid } from '../../config/check.ts';
import { childPath } from '../../config/path.ts';
import type { Positions } from '../../config/positions.ts';
import { numberOf } from './identity.ts';
import type { Recipe } from './schema.ts';

/**
 * What the schema cannot say.
 *
 * @throws {RailcarError} `config-invalid`, with the place of the value
 */
export function validate(recipe: Recipe, positions: Positions): void {
  const refuse = (path: string, problem: string): never => {
    throw invalid(path, problem, positions);
  };
  noneIsEmpty(recipe, refuse);
  recipe.env?.forEach((assignment, index) => {
    if (!/^[^=]+=/.test(assignment))
      refuse(`env[${index}]`, `must be NAME=VALUE, not ${JSON.stringify(assignment)}`);
  });
  for (const port of Object.keys(recipe.ports ?? {})) {
    if (!isPort(port))
      refuse(
        childPath('ports', port),
        'must be PORT, PORT/tcp, PORT/udp or PORT/sctp, with a PORT from 1 to 65535',
      );
  }
  recipe.mounts?.forEach((path, index) => {
    if (!path.startsWith('/'))
      refuse(`mounts[${index}]`, `must be an absolute path, not ${JSON.stringify(path)}`);
  });
  if (recipe.dir !== undefined && !recipe.dir.startsWith('/')) {
    refuse('dir', `must be an absolute path, not ${JSON.stringify(recipe.dir)}`);
  }
  if (recipe.user !== undefined && !/^[^:\s]+(:[^:\s]+)?$/.test(recipe.user)) {
    refuse('user', `must be USER or USER:GROUP, names or numbers, not ${JSON.stringify(recipe.user)}`);
  }
  for (const id of recipe.user?.split(':') ?? []) {
    if (/^\d+$/.test(id) && numberOf(id) === null) refuse('user', `${id} is more than an id can be`);
  }
  recipe.groups?.forEach((name, index) => {
    if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name))
      refuse(`groups[${index}]`, `must be the name of a group, not ${JSON.stringify(name)}`);
  });
  if (recipe.platform !== undefined && !/^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9.]+)?$/.test(recipe.platform)) {
    refuse(
      'platform',
      `must be OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, not ${JSON.stringify(recipe.platform)}`,
    );
  }
  if (recipe.prefix !== undefined && !/^\/[^/]/.test(recipe.prefix)) {
    refuse('prefix', `must be an absolute path below the root, not ${JSON.stringify(recipe.prefix)}`);
  }
  if (recipe.package === undefined && recipe.type !== undefined)
    refuse('type', 'needs a "package" that is of it');
}

type Refuse = (path: string, problem: string) => never;

/** An empty path, package or name is a slip: nothing would be copied, or everything. */
function noneIsEmpty(recipe: Recipe, refuse: Refuse): void {
  for (const key of ['package', 'parent', 'user', 'dir'] as const) {
    if (recipe[key] === '') refuse(key, 'is empty');
  }
  for (const key of ['paths', 'excludes', 'optional', 'mounts', 'groups'] as const) {
    recipe[key]?.forEach((text, index) => {
      if (text === '') refuse(`${key}[${index}]`, 'is empty');
    });
  }
}

function isPort(text: string): boolean {
  const [, first = '', last = first] = /^(\d+)(?:-(\d+))?(?:\/(?:tcp|udp|sctp))?$/.exec(text) ?? [];
  return [first, last].every((port) => /^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535);
}
