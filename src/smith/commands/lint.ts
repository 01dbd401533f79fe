import { RailcarError } from '../../errors.ts';
import { imageTree } from '../image/image.ts';
import { Workspace } from '../image/workspace.ts';
import { lintImage } from '../lint/lint.ts';
import { type ImageFlags, namedImage } from './image.ts';

export interface LintFlags extends ImageFlags {
  /** Names of rules, with commas between them. */
  readonly ignore: string;
}

/** `smith lint IMAGE`: what of it breaks the rules of microcontainers; the exit status is 1 if something does. */
export async function lint(flags: LintFlags): Promise<void> {
  using workspace = new Workspace();
  const image = await namedImage(flags, workspace);
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
