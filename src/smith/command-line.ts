import yargs from 'yargs';
import { buildInfo } from '../build-info.ts';
import { RailcarError } from '../errors.ts';

/**
 * Understands and carries out one command line, without the name it was called by.
 *
 * @throws {RailcarError} `usage`, and whatever the command throws
 */
export async function smith(words: readonly string[]): Promise<void> {
  await yargs([...words])
    .scriptName('smith')
    .locale('en')
    .usage('Usage: $0 [options]\n\nBuilds a microcontainer.')
    // As the original says it.
    .version(`smith version ${buildInfo.version} (built from sha ${buildInfo.commit})`)
    .alias({ version: 'V', help: 'h' })
    .command('help', false, {}, () => smith(['--help']))
    .strict()
    .fail((message: string | null, error: Error | undefined) => {
      throw (
        error ??
        new RailcarError('usage', message ?? 'the command line is wrong', { hint: 'Try: smith --help' })
      );
    })
    .parseAsync();
}
