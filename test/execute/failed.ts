import type { Failure, Result } from '../../src/execute/messages.ts';

/** What a launcher reports of a plan that failed like this; `others` are warnings. */
export function failed(failure: Partial<Failure>, ...others: Partial<Failure>[]): Result {
  return { ok: false, captured: Buffer.alloc(0), failures: [failure, ...others].map(whole) };
}

/** A plan that worked, with warnings. */
export function warned(...failures: Partial<Failure>[]): Result {
  return { ok: true, captured: Buffer.alloc(0), failures: failures.map(whole) };
}

function whole(failure: Partial<Failure>): Failure {
  const nothing = { op: '', origin: '', step: '', subject: '', detail: '' };
  return { program: 0, index: 0, errno: 0, status: 0, ...nothing, ...failure };
}
