import type { Execution } from '../image/schema.ts';
import { identityOf } from '../recipe/identity.ts';
import type { Recipe } from '../recipe/schema.ts';

/**
 * How the image is started: what the recipe says, and each key that it does not have whole as the images below have it, the
 * source before the parent. The user is always the recipe's.
 */
export function executionOf(recipe: Recipe, ...below: readonly Execution[]): Execution {
  const inherited = <K extends keyof Execution>(key: K): Execution[K] => {
    return below.map((one) => one[key]).find((value) => !isEmpty(value));
  };
  const own = <K extends keyof Execution>(key: K, value: Execution[K]) => ({
    [key]: isEmpty(value) ? inherited(key) : value,
  });
  return {
    User: identityOf(recipe).configured,
    ...own('ExposedPorts', recipe.ports && fromKeys(Object.keys(recipe.ports))),
    ...own('Env', recipe.env),
    ...own('Entrypoint', recipe.entrypoint),
    ...own('Cmd', recipe.cmd),
    ...own('Volumes', recipe.mounts && fromKeys(recipe.mounts)),
    ...own('WorkingDir', recipe.dir),
    ...own('Labels', recipe.labels),
    ...own('StopSignal', recipe.stopsignal),
  };
}

/** As image-spec has sets: names with nothing behind them. */
function fromKeys(names: readonly string[]): Record<string, Record<string, never>> {
  return Object.fromEntries(names.map((name) => [name, {}]));
}

function isEmpty(value: unknown): boolean {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length === 0;
  return value === undefined || value === null || value === '';
}

/** Variables of an environment by name; the last of one name counts. */
export function variablesOf({ Env }: Execution): Record<string, string> {
  return Object.fromEntries(
    (Env ?? []).map((assignment) => {
      const at = assignment.indexOf('=');
      return at < 0 ? [assignment, ''] : [assignment.slice(0, at), assignment.slice(at + 1)];
    }),
  );
}
