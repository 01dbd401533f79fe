import { RailcarError } from '../../errors.ts';
import type { Finish } from '../../execute/messages.ts';
import { prepareImage } from '../../lifecycle/image.ts';
import { splitArguments } from '../arguments.ts';
import type { Context } from '../context.ts';
import { commands, globalOptions } from '../options.ts';
import { absolute } from '../paths.ts';
import type { Values } from '../values.ts';
import type { CreateVerb } from '../verbs.ts';

/** What is about the image and means nothing once there is a bundle. */
const ofImages = new Set(['image', 'insecure', 'own-bundle']);

/** `run --image`: has a bundle made first, and then the same command run on it. */
export async function runImage(
  context: Context,
  values: Values,
  verb: CreateVerb,
  image: string,
  program: readonly string[],
): Promise<Finish> {
  for (const other of ['bundle', 'config', 'own-bundle']) {
    if (values.text(other) !== null)
      throw new RailcarError('usage', `--image: cannot be given with --${other}`);
  }
  if (image === '') throw new RailcarError('usage', '--image: must not be empty');
  const { request } = context;
  const { words } = splitArguments(request.argv.slice(1), globalOptions, true);
  const before = request.argv.slice(0, request.argv.length - words.length + 1);
  const { options } = splitArguments(words.slice(1), commands.run.options, true);
  const kept = options.filter(([name]) => !ofImages.has(name)).map(([name, value]) => `--${name}=${value}`);
  const hasTerminal = (request.numbers.terminals & 3n) === 3n && !verb.detach;
  return prepareImage(context, {
    id: verb.id,
    image: /^https?:/.test(image) ? image : absolute(request, image),
    insecure: values.flag('insecure'),
    terminal: hasTerminal || verb.consoleSocket !== null,
    program: program[0] === '--' ? program.slice(1) : program,
    goOn: (bundle) => [...before, `--own-bundle=${bundle}`, ...kept, verb.id],
  });
}
