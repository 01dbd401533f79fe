import { resolve } from 'node:path/posix';
import { RailcarError } from '../../errors.ts';
import { failureError } from '../../execute/failure.ts';
import type { Finish } from '../../execute/messages.ts';
import type { Plan } from '../../plan/plan.ts';
import type { Context } from '../context.ts';
import { defaultSpec, rootlessSpec } from '../format/spec.ts';
import { absolute } from '../paths.ts';
import type { Values } from '../values.ts';

/** Writes a config.json to start from; one that is there already is never touched. */
export async function spec(context: Context, values: Values): Promise<Finish | null> {
  const { request, hands } = context;
  const name = values.text('file') || 'config.json';
  const path = resolve(absolute(request, values.text('bundle') || '.'), name);
  const [found] = await hands.read([{ kind: 'EXISTS', path }]);
  if (found?.errno === 0) {
    throw new RailcarError('usage', `File ${name} exists. Remove it first`, {
      hint: `the file is ${path}`,
    });
  }
  const { euid, egid } = request.numbers;
  const config = values.flag('rootless') ? rootlessSpec(Number(euid), Number(egid)) : defaultSpec();
  const text = `${JSON.stringify(config, null, '\t')}\n`;
  const plan: Plan = {
    hands: [{ op: 'writeFile', path, mode: 0o644, text, origin: 'config.json' }],
    stubs: [],
    teardown: [],
  };
  const result = await hands.execute(plan, { code: 0, stdout: '', stderr: '' });
  const failure = result?.failures[0];
  if (failure) throw failureError(failure, { plan });
  return null;
}
