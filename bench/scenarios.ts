import type { Scenario } from './bench.ts';
import { exec, execLarge } from './scenarios/exec.ts';
import { instructions } from './scenarios/instructions.ts';
import { kill } from './scenarios/kill.ts';
import { lifecycle } from './scenarios/lifecycle.ts';
import { limit } from './scenarios/limit.ts';
import { many } from './scenarios/many.ts';
import { parallel } from './scenarios/parallel.ts';
import { peak } from './scenarios/peak.ts';
import { resident } from './scenarios/resident.ts';
import { run } from './scenarios/run.ts';
import { state } from './scenarios/state.ts';
import { where } from './scenarios/where.ts';

/** `many` is the last one: what it leaves in the kernel's caches shall trouble nobody. */
export const scenarios: readonly Scenario[] = [
  run,
  lifecycle,
  exec,
  state,
  kill,
  parallel,
  execLarge,
  limit,
  peak,
  resident,
  instructions,
  where,
  many,
];
