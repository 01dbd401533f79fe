import type { Hands } from '../execute/hands.ts';
import type { Request } from '../execute/messages.ts';
import type { Trace } from '../execute/trace.ts';
import type { Guess } from '../guess.ts';
import type { Remember } from '../remember.ts';
import type { LogTarget } from './log.ts';

/**
 * What every verb of `src/lifecycle` gets beside its own options: `verb(context, options): Promise<Finish | null>`.
 *
 * A verb throws RailcarError for what goes wrong; it never makes the Finish of a failure itself. The command line
 * adds log lines and the exit status: `hands.execute` of this context puts pending warnings into the Finish that
 * goes with a plan, and what a verb returns is completed in the same way.
 */
export interface Context {
  readonly request: Request;
  readonly hands: Hands;
  /** The state root: absolute, without a final slash, never `/`. */
  readonly root: string;
  readonly log: LogTarget;
  readonly debug: boolean;
  readonly systemdCgroup: boolean;
  readonly noCgroups?: boolean;
  /** `auto`: decided by the caller's uid and user namespace. */
  readonly rootless: boolean | 'auto';
  /** Of commands that this process has served before, if it serves many. */
  readonly remember: Remember;
  /** What the phases of the command are told to, by name. */
  readonly trace: Trace;
  readonly guess: Guess;
  /** Something odd that does not stop the command: one line in the log. */
  warn(message: string): void;
}
