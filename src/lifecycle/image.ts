import type { Context } from '../cli/context.ts';
import { RailcarError } from '../errors.ts';
import type { Finish, Request } from '../execute/messages.ts';
import { exists, file, isThere, link, readNamed, textOf } from '../execute/reads.ts';
import { CONTAINER_LINK, ownBundleName, ownBundles, parseOwnBundle } from '../own-bundles.ts';
import { isAlive } from '../state/process.ts';
import { existingContainer } from '../state/transitions.ts';
import { callerOf } from './caller.ts';

/** Its twin is in native/launcher/image.h. */
const IMAGE_CODE = 256;

export interface ImageRun {
  readonly id: string;
  /** Absolute path, or URL. */
  readonly image: string;
  readonly insecure: boolean;
  readonly terminal: boolean;
  /** In place of the image's command. */
  readonly program: readonly string[];
  /** The words to go on with once the bundle is there. */
  readonly goOn: (bundle: string) => readonly string[];
}

/** Has the launcher make a bundle of an image before the command goes on. Nothing is done for an id that is in use. */
export async function prepareImage(context: Context, run: ImageRun): Promise<Finish> {
  const found = await readNamed(context.hands, {
    stateDir: exists(`${context.root}/${run.id}`),
    launcher: file('/proc/self/stat'),
  });
  if (isThere(found.stateDir)) throw existingContainer();
  const { pid, startTime } = callerOf(context.request, textOf(found.launcher));
  const bundle = `${requireFolder(context.request)}/${ownBundleName({ id: run.id, pid, startTime })}`;
  const words = [
    'run-image',
    ...(run.insecure ? ['--insecure'] : []),
    ...(run.terminal ? ['--terminal'] : []),
    ...(context.debug ? ['--verbose'] : []),
    `--bundle=${bundle}`,
    `--image=${run.image}`,
    '--',
    ...run.program,
  ];
  const texts = [bundle, String(words.length), ...words, ...run.goOn(bundle)];
  return { code: IMAGE_CODE, stdout: texts.map((text) => `${text}\0`).join(''), stderr: '' };
}

function folderOf({ env, numbers }: Request): string | null {
  const variable = (name: string) =>
    env.find((entry) => entry.startsWith(`${name}=`))?.slice(name.length + 1);
  return ownBundles(Number(numbers.euid), variable);
}

function requireFolder(request: Request): string {
  const folder = folderOf(request);
  if (folder !== null) return folder;
  throw new RailcarError(
    'operation-failed',
    'cannot unpack the image: neither HOME nor XDG_DATA_HOME is set',
  );
}

/** Bundles of a container of which there is no record: their launcher was killed before, or the record is damaged. */
export async function orphanedBundles(context: Context, id: string, stateDir: string): Promise<string[]> {
  const { request, hands } = context;
  const folder = folderOf(request);
  if (folder === null) return [];
  const { names } = await readNamed(hands, { names: { kind: 'LIST', path: folder } });
  const own = names.items
    .map((name) => Buffer.from(name).toString())
    .filter((name) => parseOwnBundle(name)?.id === id);
  const orphans: string[] = [];
  for (const name of own) {
    const path = `${folder}/${name}`;
    const { pid = 0, startTime = 0 } = parseOwnBundle(name) ?? {};
    const found = await readNamed(hands, {
      owner: link(`${path}/${CONTAINER_LINK}`),
      launcher: file(`/proc/${pid}/stat`),
    });
    const owner = textOf(found.owner);
    const orphaned = owner === undefined ? !isAlive(textOf(found.launcher), startTime) : owner === stateDir;
    if (orphaned) orphans.push(path);
  }
  return orphans;
}
