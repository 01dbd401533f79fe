import { basename } from 'node:path/posix';
import type { BuildInfo } from '../../build-info.ts';
import { SPEC_VERSION } from '../../config/versions.ts';

const standIns = ['runc', 'crun'] as const;

/** The runtime as which this one was installed, if it was: then its caller expects that one. */
export function standsInFor(calledAs: string): (typeof standIns)[number] | null {
  return standIns.find((name) => name === basename(calledAs)) ?? null;
}

/**
 * The lines that go-runc parses. Whoever installs railcar under the name `runc` or `crun` has a caller that looks for
 * that word; for everyone else the word is railcar's own.
 */
export function versionText(calledAs: string, build: BuildInfo): string {
  const name = standsInFor(calledAs) ?? 'railcar';
  return `${name} version ${build.version}\ncommit: ${build.commit}\nspec: ${SPEC_VERSION}\n`;
}
