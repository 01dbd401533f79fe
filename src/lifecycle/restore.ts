import { posix } from 'node:path';
import type { Context } from '../cli/context.ts';
import type { RestoreVerb } from '../cli/verbs.ts';
import type { Config } from '../config/config.ts';
import { RailcarError } from '../errors.ts';
import { errnoText } from '../execute/errno.ts';
import type { Finish } from '../execute/messages.ts';
import { exists, file, isThere, readNamed, stat, stub, textOf } from '../execute/reads.ts';
import { DESCRIPTORS_FILE } from '../plan/checkpoint.ts';
import { hostId, namespaceKind } from '../plan/namespaces.ts';
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
  const { descriptors, directory } = await readImage(context, imagePath);
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
      requireSearchable(config, imagePath, directory);
      return buildRestore(config, facts, { criu: criu.program, descriptors, configFile }, verb);
    },
  );
  const finish = detach ? done : monitored(config.process.terminal === true);
  const log = posix.join(verb.workPath ?? imagePath, RESTORE_LOG);
  const action = `restore the container ${JSON.stringify(id)} from "${imagePath}"`;
  return converse(context, plan, finish, { action, log, positions });
}

async function readImage({ hands }: Context, imagePath: string) {
  const path = posix.join(imagePath, DESCRIPTORS_FILE);
  const { descriptors, directory } = await readNamed(hands, {
    descriptors: file(path),
    directory: stat(imagePath),
  });
  const text = textOf(descriptors);
  if (text === undefined) {
    throw new RailcarError('image-unreadable', `cannot read "${path}": ${errnoText(descriptors.errno)}`, {
      hint: '--image-path names the directory that checkpoint has written its image to',
    });
  }
  const found = parsed(text);
  if (Array.isArray(found) && found.every((target) => typeof target === 'string')) {
    return { descriptors: found as string[], directory: textOf(directory) ?? '' };
  }
  throw new RailcarError('image-unreadable', `"${path}" is no list of descriptors`);
}

/** With a user namespace the restored processes themselves read of the image, as the container's root. */
function requireSearchable(config: Config, imagePath: string, directory: string): void {
  if (namespaceKind(config, 'user') !== 'new') return;
  const uid = hostId(config.linux?.uidMappings, 0);
  const gid = hostId(config.linux?.gidMappings, 0);
  const [mode = 0, owner, group] = directory.split(' ').map(Number);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  if ((mode & bit) !== 0) return;
  const message = `the container's root, user ${uid}, cannot search the image "${imagePath}"`;
  throw new RailcarError('image-unreadable', message, {
    hint: `chgrp ${gid} "${imagePath}" and chmod 710 "${imagePath}" let it, and nobody else`,
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
