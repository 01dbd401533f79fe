import { posix } from 'node:path';
import type { Context } from '../cli/context.ts';
import type { RestoreVerb } from '../cli/verbs.ts';
import { RailcarError } from '../errors.ts';
import { errnoText } from '../execute/errno.ts';
import type { Finish } from '../execute/messages.ts';
import { exists, file, isThere, readNamed, stub, textOf } from '../execute/reads.ts';
import { DESCRIPTORS_FILE } from '../plan/checkpoint.ts';
import { buildRestore, RESTORE_LOG } from '../plan/restore.ts';
import { existingContainer } from '../state/transitions.ts';
import { done } from './carry-out.ts';
import { converse, criuConfigFile, findCriu } from './criu.ts';
import { prepareContainer } from './prepare.ts';
import { monitored } from './run.ts';

/**
 * A container whose processes come from an image that `checkpoint` has written, perhaps of another container and on
 * another host; the bundle has to be the same. In the foreground the launcher stays as its monitor.
 */
export async function restore(context: Context, verb: RestoreVerb): Promise<Finish | null> {
  const { id, bundle, detach, imagePath } = verb;
  const { stateDir } = await readNamed(context.hands, { stateDir: exists(`${context.root}/${id}`) });
  if (isThere(stateDir)) throw existingContainer();
  if (context.request.numbers.euid !== 0n) context.warn('restore is untested without the rights of root');
  const criu = await findCriu(context);
  const descriptors = await readDescriptors(context, imagePath);
  const options = {
    ...verb,
    verb: 'run',
    keep: false,
    noPivot: false,
    noNewKeyring: false,
    preserveFds: 0,
    listenFds: 0,
    pidfdSocket: null,
  } as const;
  const target = { id, bundle, configFile: null };
  const { config, plan, positions } = await prepareContainer(
    context,
    target,
    options,
    stub(0),
    (config, facts) => {
      const configFile = criuConfigFile(criu, config);
      return buildRestore(config, facts, { criu: criu.program, descriptors, configFile }, verb);
    },
  );
  const finish = detach ? done : monitored(config.process.terminal === true);
  const log = posix.join(verb.workPath ?? imagePath, RESTORE_LOG);
  const action = `restore the container ${JSON.stringify(id)} from "${imagePath}"`;
  return converse(context, plan, finish, { action, log, positions });
}

async function readDescriptors({ hands }: Context, imagePath: string): Promise<readonly string[]> {
  const path = posix.join(imagePath, DESCRIPTORS_FILE);
  const { descriptors } = await readNamed(hands, { descriptors: file(path) });
  const text = textOf(descriptors);
  if (text === undefined) {
    throw new RailcarError('image-unreadable', `cannot read "${path}": ${errnoText(descriptors.errno)}`, {
      hint: '--image-path names the directory that checkpoint has written its image to',
    });
  }
  const found = parsed(text);
  if (Array.isArray(found) && found.every((target) => typeof target === 'string')) return found;
  throw new RailcarError('image-unreadable', `"${path}" is no list of descriptors`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
