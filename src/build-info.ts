/** Filled in by `build.ts`; in unbuilt sources the names do not exist. */
declare const RAILCAR_BUILD: BuildInfo | undefined;

export interface BuildInfo {
  readonly version: string;
  /** Of the source; `unknown` outside a git checkout. */
  readonly commit: string;
  /** What launcher and Node layer must have in common; see `execute/build-id.ts`. */
  readonly id: string;
}

export const buildInfo: BuildInfo =
  typeof RAILCAR_BUILD === 'undefined'
    ? { version: '0.0.0', commit: 'unknown', id: 'development' }
    : RAILCAR_BUILD;
