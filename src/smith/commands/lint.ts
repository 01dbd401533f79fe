import { RailcarError } from '../../errors.ts';
import { openAnyImage } from '../build/source.ts';
import { imageTree } from '../image/image.ts';
import { parsePlatform } from '../image/platform.ts';
import { Workspace } from '../image/workspace.ts';
import { lintImage } from '../lint/lint.ts';
import { progress, registryOptions, type Shared } from './context.ts';

export interface LintFlags extends Shared {
  readonly image: string;
  /** Names of rules, with commas between them. */
  readonly ignore: string;
  readonly platform: string | undefined;
}

/** `smith lint IMAGE`: what of it breaks the rules of microcontainers; the exit status is 1 if something does. */
export async function lint(flags: LintFlags): Promise<void> {
  using workspace = new Workspace();
  const platform = flags.platform === undefined ? undefined : parsePlatform(flags.platform);
  const options = { folder: '.', workspace, registry: registryOptions(flags), progress: progress() };
  const image = await openAnyImage(flags.image, platform, options);
  const findings = lintImage(
    { tree: await imageTree(image, workspace), execution: image.config.config ?? {} },
    flags.ignore.split(',').filter((name) => name !== ''),
  );
  for (const { rule, sentence } of findings) process.stdout.write(`${rule}: ${sentence}\n`);
  if (findings.length > 0) {
    const rules = new Set(findings.map(({ rule }) => rule)).size;
    throw new RailcarError(
      'image-invalid',
      `"${flags.image}" breaks ${rules === 1 ? 'a rule' : `${rules} rules`} of microcontainers`,
    );
  }
}
