/**
 * Bundles the Node layer: `node src/build.ts [FOLDER]`, by default into `build/lib`.
 *
 *     railcar.cjs   what the launcher starts: src/main.ts
 *     layer.js      the layer in one file, because looking for modules on disk costs more than evaluating them;
 *                   modules that are imported dynamically stay functions in it until they are asked for
 *     smith.cjs     the companion, an ordinary program: src/smith/main.ts
 *     layer.cache   what V8 has compiled of it; only good for the Node that wrote it
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BuildOptions, build } from 'esbuild';
import { buildId } from './execute/build-id.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = resolve(process.argv[2] ?? `${root}build/lib`);
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8')) as { version: string };

const common = {
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  minifySyntax: true,
  minifyWhitespace: true,
  minifyIdentifiers: true,
  legalComments: 'none',
} as const satisfies BuildOptions;

/** For what tells its version; and some dependencies are ES modules that want to know where they lie. */
const identity = {
  define: {
    RAILCAR_VERSION: JSON.stringify(version),
    RAILCAR_COMMIT: JSON.stringify(commit()),
    RAILCAR_BUILD: JSON.stringify(buildId(version)),
    'import.meta.url': 'moduleUrl',
  },
  banner: { js: 'const moduleUrl=require("node:url").pathToFileURL(__filename).href;' },
  logOverride: { 'empty-import-meta': 'silent' },
} as const satisfies BuildOptions;

await build({ ...common, entryPoints: [`${root}src/main.ts`], outfile: `${folder}/railcar.cjs` });
await build({
  ...common,
  entryPoints: [`${root}src/smith/main.ts`],
  outfile: `${folder}/smith.cjs`,
  ...identity,
});
writeFileSync(`${folder}/layer.js`, wrapped(await layerText()));
execFileSync(process.execPath, [`${folder}/railcar.cjs`, '--write-cache'], { stdio: 'inherit', env: {} });

async function layerText(): Promise<string> {
  const { outputFiles } = await build({
    ...common,
    entryPoints: [`${root}src/layer.ts`],
    write: false,
    ...identity,
  });
  return outputFiles.map(({ text }) => text).join('');
}

/** As Node wraps a module, below a line that names this very bundle; main.ts compares it with that of the cache. */
function wrapped(text: string): string {
  const hash = createHash('sha256').update(text).digest('hex');
  return `//${hash}\n(function(exports,require,module,__filename,__dirname){${text}\n})`;
}

/** Of the checkout; `-dirty` if files differ from it. */
function commit(): string {
  try {
    const git = (...args: string[]) =>
      execFileSync('git', ['-C', root, ...args], {
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'ignore'],
      }).trim();
    const changed = git('status', '--porcelain', '-uno') !== '';
    return git('rev-parse', '--short=12', 'HEAD') + (changed ? '-dirty' : '');
  } catch {
    return 'unknown';
  }
}
