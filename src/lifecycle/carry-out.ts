import type { Context } from '../cli/context.ts';
import type { Positions } from '../config/positions.ts';
import { RailcarError } from '../errors.ts';
import { failureError } from '../execute/failure.ts';
import type { Failure, Finish, Result } from '../execute/messages.ts';
import type { Plan } from '../plan/plan.ts';
import { missingContainer } from '../state/transitions.ts';
import type { Locate } from './positions.ts';

interface Explanation {
  /** Of the file that the plan's origins point into. */
  readonly positions?: Positions | null;
  /** The same for commands that have not read the file: asked for only if something has failed. */
  readonly locate?: Locate;
  /** The verb's own words for failures that mean something particular here. */
  readonly explain?: (failure: Failure) => RailcarError | undefined;
}

/** Success: what the launcher is told to do is all that is left. */
export const done: Finish = { code: 0, stdout: '', stderr: '' };

/** Has a plan executed; throws RailcarError if it failed. What else there is to report becomes warnings. */
export async function carryOut(
  context: Context,
  plan: Plan,
  finish: Finish = done,
  explanation: Explanation = {},
): Promise<Finish | null> {
  const result = await context.hands.execute(plan, finish);
  if (result === null) return null;
  const failed = !result.ok || result.failures.length > 0;
  const positions = (failed && (await explanation.locate?.())) || explanation.positions;
  requireOk(context, plan, result, { ...explanation, ...(positions && { positions }) });
  return finish;
}

export function requireOk(context: Context, plan: Plan, result: Result, explanation: Explanation = {}): void {
  const { positions = null, explain } = explanation;
  const [first, ...others] = result.ok ? [undefined, ...result.failures] : result.failures;
  for (const failure of others) {
    if (failure !== undefined) context.warn(failureError(failure, { plan, positions }).message);
  }
  if (first !== undefined) throw explain?.(first) ?? failureError(first, { plan, positions });
  if (!result.ok) throw new RailcarError('plan-refused', 'the launcher failed and did not say where');
}

const ENOENT = 2;

/** Another command has removed the container since its record was read. */
export function goneMeanwhile({ op, origin, errno }: Failure): RailcarError | undefined {
  if (op !== 'open' || origin !== 'state' || errno !== ENOENT) return undefined;
  return missingContainer();
}
