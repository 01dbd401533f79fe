import { quoteName } from '../tree/name.ts';
import type { Node } from '../tree/node.ts';
import type { Tree } from '../tree/tree.ts';

/** What of an image's configuration the rules look at: `config` of image-spec's config.md. */
export interface Execution {
  readonly User?: string | null | undefined;
  readonly Env?: readonly string[] | null | undefined;
  readonly Entrypoint?: readonly string[] | null | undefined;
  readonly Cmd?: readonly string[] | null | undefined;
}

export interface Linted {
  readonly tree: Tree;
  readonly execution: Execution;
}

export interface Rule {
  /** Stays what it is: `--ignore` and scripts name it. */
  readonly name: string;
  /** What a microcontainer has none of, as docs/smith.md says it. */
  readonly meaning: string;
  /** One sentence for each thing that breaks the rule. */
  readonly check: (image: Linted) => Iterable<string>;
}

const shells = new Set([
  'sh',
  'bash',
  'dash',
  'ash',
  'zsh',
  'ksh',
  'mksh',
  'csh',
  'tcsh',
  'fish',
  'busybox',
  'toybox',
]);
const packageManagers = new Set(
  'apk apt apt-get aptitude dnf dnf5 dpkg emerge microdnf opkg pacman rpm snap tdnf yum zypper'.split(' '),
);
const programFolders = /^\/(usr\/(local\/)?)?s?bin\//;
/** Where a process may write if the root file system can be written to at all. */
const writable = /^\/(write|run|tmp|var\/tmp)(\/|$)/;

export const rules: readonly Rule[] = [
  {
    name: 'shell',
    meaning: 'No shell: what is injected finds nothing to run in.',
    check: ({ tree }) => programs(tree, shells, (path) => `${quoteName(path)} is a shell`),
  },
  {
    name: 'package-manager',
    meaning: 'No package manager: the image is replaced, not changed.',
    check: ({ tree }) => programs(tree, packageManagers, (path) => `${quoteName(path)} is a package manager`),
  },
  {
    name: 'setuid',
    meaning: 'No setuid or setgid bit.',
    check: ({ tree }) =>
      each(tree, (path, node) => {
        if (node.kind !== 'file' || (node.mode & 0o6000) === 0) return null;
        return `${quoteName(path)} is ${(node.mode & 0o4000) !== 0 ? 'setuid' : 'setgid'}, mode ${octal(node.mode)}`;
      }),
  },
  {
    name: 'capabilities',
    meaning: 'No capabilities on files.',
    check: ({ tree }) =>
      each(tree, (path, { xattrs }) =>
        xattrs.has('security.capability') ? `${quoteName(path)} has capabilities of its own` : null,
      ),
  },
  {
    name: 'special-files',
    meaning: 'No devices, pipes or sockets: the runtime makes what is needed.',
    check: ({ tree }) =>
      each(tree, (path, { kind }) => (special[kind] ? `${quoteName(path)} is ${special[kind]}` : null)),
  },
  {
    name: 'writable',
    meaning: 'Nothing outside of /write, /run and /tmp that group or others may write to.',
    check: ({ tree }) =>
      each(tree, (path, node) => {
        if (node.kind === 'symlink' || (node.mode & 0o022) === 0 || writable.test(path)) return null;
        return `${quoteName(path)} can be written to by ${(node.mode & 0o002) !== 0 ? 'everyone' : 'its group'}, mode ${octal(node.mode)}`;
      }),
  },
  {
    name: 'owner',
    meaning: 'Everything belongs to one user and one group.',
    check: ({ tree }) => owners(tree),
  },
  {
    name: 'timestamps',
    meaning: 'One time for all files: the same content is the same image.',
    check: ({ tree }) => times(tree),
  },
  {
    name: 'root',
    meaning: 'The process is not root.',
    check: ({ execution }) =>
      /^(|0|root)(:|$)/.test(execution.User ?? '')
        ? [`the user of the image is ${execution.User ? `"${execution.User}"` : 'not named'}, and so root`]
        : [],
  },
  {
    name: 'program',
    meaning: 'What the image is to run is in it.',
    check: program,
  },
];

const special: Readonly<Partial<Record<Node['kind'], string>>> = {
  fifo: 'a pipe',
  character: 'a character device',
  block: 'a block device',
  socket: 'a socket',
};

function* each(tree: Tree, sentence: (path: string, node: Node) => string | null): Generator<string> {
  for (const [path, node] of tree.walk()) {
    const found = sentence(path, node);
    if (found !== null) yield found;
  }
}

/** By any name that leads to one: a link too, since that is what is called. */
function* programs(
  tree: Tree,
  names: ReadonlySet<string>,
  sentence: (path: string) => string,
): Generator<string> {
  for (const [path, node] of tree.walk()) {
    if (!programFolders.test(path) || !names.has(path.slice(path.lastIndexOf('/') + 1))) continue;
    const { node: target } = node.kind === 'symlink' ? tree.resolve(path) : { node };
    if (target?.kind === 'file' && (target.mode & 0o111) !== 0) yield sentence(path);
  }
}

/** The root directory is in no layer of most images, and is then nobody's. */
function* entries(tree: Tree): Generator<[string, Node]> {
  for (const entry of tree.walk()) if (entry[0] !== '/') yield entry;
}

function* owners(tree: Tree): Generator<string> {
  let first: [string, Node] | null = null;
  const seen = new Set<string>();
  for (const [path, node] of entries(tree)) {
    const owner = `${node.uid}:${node.gid}`;
    first ??= [path, node];
    if (seen.has(owner)) continue;
    seen.add(owner);
    if (first[1] === node) continue;
    yield `${quoteName(path)} belongs to ${owner}, and ${quoteName(first[0])} to ${first[1].uid}:${first[1].gid}`;
  }
}

function* times(tree: Tree): Generator<string> {
  const date = ({ mtime }: Node) => new Date(mtime * 1000).toISOString();
  let first: [string, Node] | null = null;
  for (const [path, node] of entries(tree)) {
    first ??= [path, node];
    if (node.mtime === first[1].mtime) continue;
    yield `${quoteName(path)} is of ${date(node)}, and ${quoteName(first[0])} of ${date(first[1])}`;
    return;
  }
}

function program({ tree, execution }: Linted): string[] {
  const [command] = [...(execution.Entrypoint ?? []), ...(execution.Cmd ?? [])];
  if (command === undefined)
    return ['the image does not say what it runs: it has neither an entrypoint nor a command'];
  const found = command.includes('/') ? [command] : pathOf(execution).map((folder) => `${folder}/${command}`);
  const nodes = found.map((path) => tree.resolve(path).node);
  if (nodes.some((node) => node?.kind === 'file' && (node.mode & 0o111) !== 0)) return [];
  return [`${quoteName(command)} is what the image runs, and is no program in it`];
}

function pathOf({ Env }: Execution): string[] {
  const path = Env?.findLast((assignment) => assignment.startsWith('PATH='))?.slice(5);
  return (path ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin').split(':');
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}
