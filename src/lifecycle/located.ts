import type { Positions } from '../config/positions.ts';
import { originError } from '../execute/failure.ts';
import { PlanError } from '../plan/error.ts';

/** What cannot be planned is told with the line and column of the part of the file that asks for it. */
export function located<T>(positions: Positions | null, plan: () => T): T {
  try {
    return plan();
  } catch (error) {
    if (!(error instanceof PlanError)) throw error;
    throw originError(error.code, error.origin, error.message, positions);
  }
}
