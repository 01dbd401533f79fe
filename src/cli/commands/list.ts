import type { Finish } from '../../execute/messages.ts';
import { list as listContainers } from '../../lifecycle/list.ts';
import type { Context } from '../context.ts';
import { listText } from '../format/list.ts';
import type { Values } from '../values.ts';

export async function list(context: Context, values: Values): Promise<Finish> {
  const format = values.flag('quiet') ? 'ids' : values.text('format') === 'json' ? 'json' : 'table';
  const containers = await listContainers(context, format === 'json' ? 'everything' : 'lines');
  return { code: 0, stdout: listText(containers, format), stderr: '' };
}
