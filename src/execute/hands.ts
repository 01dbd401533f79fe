import type { Plan } from '../plan/plan.ts';
import type { Answer, Finish, Read, Request, Result } from './messages.ts';
import type { Trace } from './trace.ts';

/**
 * The only way in which a command reaches the host: the launcher at the other end of the socket, or a recorder in
 * tests. A command is a function of its request and its hands; it uses no global of the process.
 */
export interface Hands {
  read(reads: readonly Read[]): Promise<readonly Answer[]>;
  /**
   * Has the plan executed. If it succeeds and there is nothing to report, the launcher ends the command as `finish`
   * says and this resolves to null; else to what happened, and the command answers with a Finish of its own.
   */
  execute(plan: Plan, finish: Finish): Promise<Result | null>;
}

/** Null: the launcher has already finished as the executed plan said. */
export type Command = (request: Request, hands: Hands, trace: Trace) => Promise<Finish | null>;
