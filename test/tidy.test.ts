import { readdirSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorCodes, retiredCodes } from '../src/errors.ts';

const repository = resolve(import.meta.dirname, '..');
const sources = filesBelow('src').filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts'));
/** An ordinary program, which reads and writes by itself. */
const smith = sources.filter((path) => path.startsWith('src/smith/'));
const everything = [...sources, ...filesBelow('test'), ...filesBelow('native')].filter((path) =>
  /\.(ts|c|h|cc|bats|bash)$/.test(path),
);

function filesBelow(folder: string): string[] {
  return readdirSync(resolve(repository, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(repository, resolve(entry.parentPath, entry.name)));
}

function read(path: string): string {
  return readFileSync(resolve(repository, path), 'utf8');
}

/** Without comments and texts, so that a ban is not found in the sentence that explains it. */
function code(path: string): string {
  return read(path)
    .replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '')
    .replaceAll(/'(?:[^'\\\n]|\\.)*'/g, (text) => (/^'(node:|\.)/.test(text) ? text : "''"));
}

/** These run by themselves: the process that the launcher starts, and the build. */
const programs = ['src/main.ts', 'src/build.ts', 'src/pages.ts', 'src/smith/main.ts'];

/** The companions are ordinary programs, which do their own input and output. */
const layer = sources.filter((path) => !path.startsWith('src/smith/'));

interface Ban {
  readonly what: RegExp;
  readonly instead: string;
  readonly allowed?: readonly string[];
}

/** A command is a function of its request and its hands: many may be in flight in one process. */
const bans: readonly Ban[] = [
  // Not every `process` is Node's: config.json has one too, with args, env and cwd.
  {
    what: /\bprocess\.(argv|exit|exitCode|chdir|cwd\(|env\.|env\[|execPath|std(in|out|err)|on\(|once\(|getuid|hrtime|version|platform)/,
    instead: 'what the Request says',
    allowed: programs,
  },
  { what: /\bconsole\.(log|error|warn|info|debug|trace)\b/, instead: 'what a Finish prints' },
  {
    what: /'node:(fs|child_process|net|http|os|worker_threads)/,
    instead: 'a Read or an operation of the hands',
    allowed: [
      ...programs,
      ...smith,
      'src/standby/server.ts',
      'src/standby/standby.ts',
      'src/standby/stream.ts',
    ],
  },
  { what: /\bDate\.now\(|new Date\(\)/, instead: 'numbers.now of the Request' },
  {
    what: /createRequire|dlopen/,
    instead: 'kernel/kernel.ts',
    allowed: [...programs, 'src/kernel/kernel.ts'],
  },
  { what: /^export default/m, instead: 'an export with a name' },
  // That name is the whole library, of which nothing could be left out of the bundle.
  { what: /import \{[^}]*\bz\b[^}]*\} from/, instead: 'import * as z' },
];

describe('what the Node layer must not use', () => {
  test.each(bans.map((ban) => [String(ban.instead), ban] as const))('use %s', (_, { what, allowed = [] }) => {
    const offenders = layer.filter((path) => !allowed.includes(path) && what.test(code(path)));
    expect(offenders).toEqual([]);
  });
});

/** Which folder may import from which others; `src` stands for errors.ts and its like. Types may come from anywhere. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  src: ['src', 'cli', 'config', 'execute', 'plan', 'standby', 'state'],
  cli: ['src', 'execute', 'plan', 'lifecycle', 'log', 'config', 'features', 'kernel'],
  lifecycle: [
    'src',
    'config',
    'plan',
    'execute',
    'state',
    'cgroups',
    'systemd',
    'hooks',
    'seccomp',
    'stats',
    'doctor',
  ],
  config: ['src', 'plan'],
  plan: ['src', 'config', 'cgroups', 'systemd', 'execute', 'hooks', 'state'],
  execute: ['src', 'plan'],
  state: ['src', 'config', 'execute'],
  cgroups: ['src', 'plan', 'config'],
  systemd: ['src', 'plan', 'config', 'cgroups'],
  hooks: ['src', 'state'],
  seccomp: ['src', 'config', 'plan', 'kernel'],
  standby: ['src', 'cli', 'execute'],
  features: ['src', 'config', 'plan', 'cgroups', 'systemd', 'seccomp'],
  stats: [],
  doctor: [],
  kernel: [],
  log: [],
  smith: ['src', 'config'],
};

function folder(path: string): string {
  const [, name = ''] = path.split('/');
  return name.endsWith('.ts') ? 'src' : name;
}

function importsOf(path: string): string[] {
  const statements = read(path).matchAll(
    /(?:^|\n)(?:import|export) (?!type )[^;]*? from '(\.[^']*)'|import\('(\.[^']*)'\)/g,
  );
  return [...statements].map(([, from, lazily]) =>
    relative(repository, resolve(repository, dirname(path), from ?? lazily ?? '')),
  );
}

describe('arrows between folders', () => {
  test.each(Object.entries(arrows))('%s', (name, allowed) => {
    const crossing = sources
      .filter((path) => folder(path) === name)
      .flatMap((path) => importsOf(path).map((target) => `${path} imports ${target}`))
      .filter((line) => !line.includes('import type'))
      .filter((line) => ![name, ...allowed].includes(folder(line.split(' imports ')[1] ?? '')));
    expect(crossing).toEqual([]);
  });

  test('every folder has a rule', () => {
    expect(new Set(sources.map(folder))).toEqual(new Set(Object.keys(arrows)));
  });
});

describe('every file', () => {
  test('is imported by another, or is where something starts', () => {
    const starts = [...programs, 'src/layer.ts', 'src/execute/build-id.ts'];
    const imported = new Set([...sources.flatMap(importsOf), ...sources.flatMap(typeImports)]);
    expect(sources.filter((path) => !imported.has(path) && !starts.includes(path))).toEqual([]);
  });

  test('says what is to be done in an issue, not in a note', () => {
    const note = new RegExp(['\\b(FIX', 'ME|TO', 'DO|X', 'XX)\\b'].join(''));
    expect(everything.filter((path) => note.test(read(path)))).toEqual([]);
  });
});

function typeImports(path: string): string[] {
  const statements = read(path).matchAll(/(?:import|export) type [^;]*? from '(\.[^']*)'/g);
  return [...statements].map(([, from = '']) =>
    relative(repository, resolve(repository, dirname(path), from)),
  );
}

describe('docs/errors.md', () => {
  const page = read('docs/errors.md');
  const sections = new Map(
    page
      .split(/^## /m)
      .slice(1)
      .map((text): [string, string] => {
        const [heading = '', ...body] = text.split('\n');
        return [heading, body.join('\n').trim()];
      }),
  );

  test('has a section for each code, in the order of errors.ts', () => {
    expect([...sections.keys()]).toEqual([...Object.keys(errorCodes), ...retiredCodes]);
  });

  test.each([...sections])('%s is explained', (_, body) => {
    expect(body.length).toBeGreaterThan(20);
  });

  test.each(Object.keys(errorCodes))('%s is used', (name) => {
    const users = sources.filter((path) => path !== 'src/errors.ts' && read(path).includes(`'${name}'`));
    expect(users).not.toEqual([]);
  });
});
