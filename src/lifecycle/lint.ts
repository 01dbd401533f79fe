import type { Context } from '../cli/context.ts';
import { lintConfig, type Remark } from '../config/lint.ts';
import { RailcarError } from '../errors.ts';
import { errnoText } from '../execute/errno.ts';
import { stream } from '../execute/reads.ts';

/** What there is to say about one file; `path` null: standard input. Changes nothing. */
export async function lint(
  { hands }: Context,
  { path, name }: { readonly path: string | null; readonly name: string },
): Promise<Remark[]> {
  const [answer] = await hands.read([path === null ? { kind: 'STDIN', path: '' } : stream(path)]);
  const bytes = answer?.items[0];
  if (answer?.errno === 0 && bytes !== undefined) return lintConfig(bytes, name);
  throw new RailcarError('config-unreadable', `cannot read "${name}": ${errnoText(answer?.errno ?? 0)}`);
}
