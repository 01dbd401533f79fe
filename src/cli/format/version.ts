import { basename } from 'node:path/posix';
import type { BuildInfo } from '../../build-info.ts';
import { SPEC_VERSION } from '../../config/versions.ts';

/**
 * The lines that go-runc parses. Whoever installs railcar under the name `runc` has a caller that looks for that
 * word; for everyone else the word is railcar's own.
 */
export function versionText(calledAs: string, build: BuildInfo): string {
  const name = basename(calledAs) === 'runc' ? 'runc' : 'railcar';
  return `${name} version ${build.version}\ncommit: ${build.commit}\nspec: ${SPEC_VERSION}\n`;
}
