import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { argv } from 'node:process';
import { completions } from './cli/completion/completion.ts';
import { manual } from './cli/manual/manual.ts';

/** Where each shell looks below PREFIX/share. */
const places: Readonly<Record<string, string>> = {
  bash: 'bash-completion/completions/railcar',
  zsh: 'zsh/site-functions/_railcar',
  fish: 'fish/vendor_completions.d/railcar.fish',
};

/** `node src/pages.ts DIR`: writes the manual and the completions as they lie below PREFIX/share, for install.sh. */
function writePages(directory: string): void {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    readonly version: string;
  };
  const pages = Object.entries(manual(version)).map(([name, text]) => [`man/man1/${name}`, text] as const);
  const scripts = Object.entries(completions).map(
    ([shell, make]) => [places[shell] ?? shell, make()] as const,
  );
  for (const [path, text] of [...pages, ...scripts]) {
    const file = join(directory, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

writePages(argv[2] ?? 'build/share');
