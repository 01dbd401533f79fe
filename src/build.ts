/**
 * Bundles the Node layer into `build/lib/railcar.cjs`: one file, because looking for modules on disk costs more than
 * evaluating them. Modules that are imported dynamically stay functions in it until they are asked for.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { BuildInfo } from './build-info.ts';
import { buildId } from './execute/build-id.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };
const info: BuildInfo = { version, commit: commit(), id: buildId(version) };

await build({
  entryPoints: [`${root}src/main.ts`],
  outfile: `${root}build/lib/railcar.cjs`,
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  define: { RAILCAR_BUILD: JSON.stringify(info), 'import.meta.url': 'moduleUrl' },
  // Some dependencies are ES modules that want to know where they lie.
  banner: { js: 'const moduleUrl=require("node:url").pathToFileURL(__filename).href;' },
  logOverride: { 'empty-import-meta': 'silent' },
});

/** Of the checkout; `-dirty` if files differ from it. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', root, ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    return (
      git('rev-parse', '--short=12', 'HEAD') + (git('status', '--porcelain', '-uno') === '' ? '' : '-dirty')
    );
  } catch {
    return 'unknown';
  }
}
