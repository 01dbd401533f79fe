import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { readRecipe } from '../build/build.ts';
import { executionOf, variablesOf } from '../build/execution.ts';
import { put, readOverlay, withOverlay } from '../build/overlay.ts';
import { closureOptions } from '../build/select.ts';
import { openSource } from '../build/source.ts';
import type { ClosureOptions } from '../closure/closure.ts';
import { imageTree } from '../image/image.ts';
import { hostPlatform } from '../image/platform.ts';
import { runtimeConfig } from '../image/runtime-config.ts';
import type { Execution } from '../image/schema.ts';
import { Workspace } from '../image/workspace.ts';
import { addPaths, yamlText } from '../recipe/add-paths.ts';
import { runTraced } from '../trace/container.ts';
import { type Proposal, propose } from '../trace/propose.ts';
import { directory } from '../tree/node.ts';
import { applyRules } from '../tree/rules.ts';
import type { Tree } from '../tree/tree.ts';
import { cacheFolder, progress, registryOptions, type Shared, warn } from './context.ts';
import { namedImage } from './image.ts';

export interface TraceFlags extends Shared {
  readonly image: string | undefined;
  readonly conf: string;
  readonly dir: string;
  readonly platform: string | undefined;
  readonly seconds: number | undefined;
  readonly write: boolean;
  readonly output: string | undefined;
  readonly user: string | undefined;
  readonly env: readonly string[];
  readonly 'host-network': boolean;
}

/** What is traced. */
interface Subject {
  /** With the overlay in it. */
  readonly tree: Tree;
  /** Of the image that is the source, and what the recipe says beside it. */
  readonly execution: Execution;
  readonly chosen: ClosureOptions;
}

/**
 * `smith trace [IMAGE] -- CMD…`: runs a program and says which paths its image needs. What it prints goes to standard
 * error, and smith exits as it does.
 */
export async function trace(flags: TraceFlags, command: readonly string[]): Promise<void> {
  requireRoot();
  if (flags.image !== undefined && flags.write) {
    throw new RailcarError('usage', '--write adds to a recipe, and an image has none');
  }
  using workspace = new Workspace();
  const subject = await (flags.image === undefined
    ? ofRecipe(flags, workspace)
    : ofImage(flags, flags.image, workspace));
  const tree = rootOf(subject);
  const terminal = [process.stdin, process.stdout, process.stderr].every(({ isTTY }) => isTTY);
  const config = configOf(subject.execution, tree, command, terminal, flags);
  const railcar = process.argv0;
  const { seconds = null } = flags;
  const { status, stopped, ...traced } = await runTraced({ railcar, tree, config, terminal, seconds, warn });
  const proposal = propose(subject.tree, traced, subject.chosen);
  print(proposal, flags);
  for (const path of proposal.excluded) warn(`"${path}" was opened, and the recipe excludes it`);
  process.exitCode = stopped === 'limit' ? 0 : status;
  if (!flags.write) return;
  if (status !== 0 && stopped === null)
    warn(`"${flags.conf}" stays as it is: the program has failed (${status})`);
  else write(proposal.paths, resolve(flags.dir, flags.conf), flags.conf);
}

function requireRoot(): void {
  if (process.getuid?.() === 0) return;
  throw new RailcarError('operation-failed', 'cannot trace: only root may watch files (fanotify)', {
    hint: 'Try it with sudo.',
  });
}

async function ofImage(flags: TraceFlags, image: string, workspace: Workspace): Promise<Subject> {
  const opened = await namedImage({ ...flags, image }, workspace);
  const execution = opened.config.config ?? {};
  const { WorkingDir } = execution;
  return {
    tree: await imageTree(opened, workspace),
    execution,
    chosen: { wanted: [], environment: variablesOf(execution), workingDirectory: WorkingDir || '/' },
  };
}

async function ofRecipe(flags: TraceFlags, workspace: Workspace): Promise<Subject> {
  const folder = resolve(flags.dir);
  const registry = registryOptions(flags);
  const request = {
    conf: flags.conf,
    folder,
    workspace,
    registry,
    progress: progress(),
    cache: cacheFolder(),
    fast: true,
  };
  const loaded = readRecipe(request);
  const { tree: source, execution } = await openSource(loaded, request);
  const upper = readOverlay(folder);
  return {
    tree: withOverlay(source, upper),
    // The user of the image owns all of it; the source is run by whoever it is for.
    execution: { ...executionOf(loaded.recipe, execution), User: execution.User },
    chosen: closureOptions(loaded, source, upper, execution),
  };
}

/** With the directories that every microcontainer has: its user may write there. */
function rootOf({ tree: traced }: Subject): Tree {
  const tree = applyRules(traced, {});
  for (const path of ['/read', '/write', '/run']) {
    const { node } = tree.resolve(path);
    if (node === undefined || (node.kind === 'directory' && node.children.size === 0)) {
      put(tree, path, directory(path === '/read' ? 0o755 : 0o1777));
    }
  }
  return tree;
}

function configOf(
  execution: Execution,
  tree: Tree,
  command: readonly string[],
  terminal: boolean,
  flags: TraceFlags,
) {
  const image = {
    ...hostPlatform(),
    rootfs: { type: 'layers' as const },
    config: {
      ...execution,
      User: flags.user ?? execution.User,
      Env: [...(execution.Env ?? []), ...flags.env],
    },
  };
  const args = command.length > 0 ? command : undefined;
  const config = runtimeConfig(image, tree, { args, terminal });
  const isKept = ({ type }: { readonly type: string }) => type !== 'network' || !flags['host-network'];
  return { ...config, linux: { ...config.linux, namespaces: config.linux.namespaces.filter(isKept) } };
}

function print({ paths, written }: Proposal, { output }: TraceFlags): void {
  const list =
    paths.length === 0 ? 'paths: []\n' : `paths:\n${paths.map((path) => `- ${yamlText(path)}\n`).join('')}`;
  const products =
    written.length === 0
      ? ''
      : `# Written, and for that alone not in the image:\n${written.map((path) => `#   ${yamlText(path)}\n`).join('')}`;
  if (output === undefined) process.stdout.write(list + products);
  else writeFileSync(output, list + products);
}

/** All or nothing: the recipe is somebody's work. */
function write(paths: readonly string[], place: string, name: string): void {
  const changed = addPaths(readFileSync(place, 'utf8'), paths, name);
  const draft = `${place}.${process.pid}.new`;
  writeFileSync(draft, changed, { mode: statSync(place).mode & 0o777, flag: 'wx' });
  renameSync(draft, place);
}
