import type { Context } from '../cli/context.ts';
import { RailcarError } from '../errors.ts';
import type { Finish } from '../execute/messages.ts';
import { type HandsOp, handsOps } from '../plan/ops.ts';
import type { Container } from '../state/container.ts';
import { carryOut, done } from './carry-out.ts';
import { containersBelow } from './list.ts';

/**
 * The same for every container whose id matches a regular expression, as crun has it: of one that refuses it there is
 * a warning, of none that matches not a word. One plan does it all, in the order of the ids, and ends where something
 * fails.
 */
export async function forMatching(
  context: Context,
  pattern: string,
  opsFor: (container: Container) => Promise<readonly HandsOp[]> | readonly HandsOp[],
): Promise<Finish | null> {
  const expression = compiled(pattern);
  const { containers } = await containersBelow(context, 'everything');
  const matching = containers.map(({ found }) => found).filter(({ id }) => expression.test(id));
  const hands: HandsOp[] = [];
  for (const container of matching) {
    try {
      hands.push(...inTurn(await opsFor(container)));
    } catch (error) {
      if (!(error instanceof RailcarError)) throw error;
      context.warn(`${JSON.stringify(container.id)}: ${error.message}`);
    }
  }
  return hands.length === 0 ? done : carryOut(context, { hands, stubs: [], teardown: [] });
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch (cause) {
    throw new RailcarError('usage', `--regex: ${JSON.stringify(pattern)} is not a regular expression`, {
      cause,
    });
  }
}

/**
 * Who is gone meanwhile keeps nobody else waiting; and what was opened for one container is closed before the next, so
 * that no operation of that one can meet it in its slot.
 */
function inTurn(ops: readonly HandsOp[]): HandsOp[] {
  const opened = new Set(
    ops.flatMap((op) =>
      Object.entries(handsOps[op.op].args).flatMap(([name, kind]) =>
        kind === 'into' ? [String(op[name as keyof HandsOp])] : [],
      ),
    ),
  );
  const orElse = { on: ['EBADF'], do: [] } as const;
  const closing = [...opened].map((file): HandsOp => ({ op: 'close', file, origin: 'state', orElse }));
  return [...ops, ...closing];
}
