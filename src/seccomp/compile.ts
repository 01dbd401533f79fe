import type { flagTables } from '../plan/ops.ts';

/** A seccomp filter, ready to be loaded. */
export interface Filter {
  /** Array of struct sock_filter. */
  readonly program: Uint8Array;
  readonly flags: readonly (keyof (typeof flagTables)['seccomp'])[];
}
