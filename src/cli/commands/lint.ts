import { posix } from 'node:path';
import { RailcarError } from '../../errors.ts';
import type { Finish } from '../../execute/messages.ts';
import { lint as lintFile } from '../../lifecycle/lint.ts';
import type { Context } from '../context.ts';
import { remarksJson, remarksText } from '../format/lint.ts';
import { absolute } from '../paths.ts';
import type { Values } from '../values.ts';

/** A file, standard input (`-`), or the config.json of a bundle. Remarks are the result: they go to standard output. */
export async function lint(context: Context, values: Values, [file]: readonly string[]): Promise<Finish> {
  const bundle = values.text('bundle');
  if (file !== undefined && bundle !== null) {
    throw new RailcarError('usage', 'lint: takes a file or --bundle, not both');
  }
  const shown = file ?? posix.join(bundle || '.', 'config.json');
  const path = shown === '-' ? null : absolute(context.request, shown);
  const name = path === null ? 'standard input' : shown;
  const remarks = await lintFile(context, { path, name });
  return {
    code: remarks.some(({ severity }) => severity === 'error') ? 1 : 0,
    stdout: values.text('format') === 'json' ? remarksJson(name, remarks) : remarksText(name, remarks),
    stderr: '',
  };
}
