/** Filled in by `build.ts`; in unbuilt sources the names do not exist. */
declare const RAILCAR_VERSION: string | undefined;
declare const RAILCAR_COMMIT: string | undefined;
declare const RAILCAR_BUILD: string | undefined;

export interface BuildInfo {
  readonly version: string;
  /** Of the source; `unknown` outside a git checkout. */
  readonly commit: string;
  /** What launcher and Node layer must have in common; see `execute/build-id.ts`. */
  readonly id: string;
}

export const buildInfo: BuildInfo = {
  version: typeof RAILCAR_VERSION === 'string' ? RAILCAR_VERSION : '0.0.0',
  commit: typeof RAILCAR_COMMIT === 'string' ? RAILCAR_COMMIT : 'unknown',
  id: typeof RAILCAR_BUILD === 'string' ? RAILCAR_BUILD : 'development',
};
