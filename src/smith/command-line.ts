import yargs, { type Argv, type Options } from 'yargs';
import { buildInfo } from '../build-info.ts';
import { RailcarError } from '../errors.ts';
import { formatChoices } from './sign/format.ts';
import { sbomFormats } from './supply/formats.ts';

const WIDTH = 100;

const shared = {
  verbose: { alias: 'v', type: 'boolean', default: false, describe: 'tell what is done' },
  insecure: { alias: 'k', type: 'boolean', default: false, describe: 'take any certificate of a registry' },
} as const satisfies Record<string, Options>;

const recipe = {
  ...shared,
  conf: {
    alias: 'c',
    type: 'string',
    default: 'smith.yaml',
    coerce: last,
    describe: 'the recipe, relative to --dir',
  },
  dir: { alias: 'd', type: 'string', default: '.', coerce: last, describe: 'the folder to build from' },
} as const satisfies Record<string, Options>;

const building = {
  ...recipe,
  fast: {
    alias: 'f',
    type: 'boolean',
    default: false,
    describe: 'do not install packages anew if they are there',
  },
  image: {
    alias: 'i',
    type: 'string',
    default: 'image.tar.gz',
    describe: 'what is written: FILE or FILE:TAG',
  },
  provenance: {
    type: 'boolean',
    default: false,
    describe: 'say beside the image what it was built of, as "provenance: true" does',
  },
  timestamps: { type: 'boolean', default: false, describe: 'the same, and when: two builds differ in it' },
  buildnumber: { alias: 'b', type: 'string', describe: 'a number of this build [default: time and host]' },
} as const satisfies Record<string, Options>;

const image = { alias: 'i', type: 'string', demandOption: true } as const;
const remote = {
  alias: 'r',
  type: 'string',
  demandOption: true,
  describe: 'https://USER:PASSWORD@HOST/NAME:TAG',
} as const;
const platform = {
  type: 'string',
  describe: 'of a list: as linux/arm64 [default: of this machine]',
} as const;

const someOfList = {
  type: 'string',
  describe: 'of a list: only that one [default: the list itself]',
} as const;
const PASSWORD = 'password: COSIGN_PASSWORD';
const privateKey = { type: 'string', describe: `the private key: cosign's, or PEM [${PASSWORD}]` } as const;
const annotations = { alias: 'a', type: 'string', default: '' } as const;
const signatureFormat = {
  type: 'string',
  choices: formatChoices,
  default: 'both' as const,
  describe: "cosign's tag, sigstore's bundle",
} as const;

/**
 * Understands and carries out one command line, without the name it was called by.
 *
 * @throws {RailcarError} `usage`, and whatever the command throws
 */
export async function smith(words: readonly string[]): Promise<void> {
  // What follows `--` is a program's own.
  const end = words[0] === 'trace' || words[0] === 'run-image' ? words.indexOf('--') : -1;
  const own = end < 0 ? words : words.slice(0, end);
  const line = yargs([...own])
    .scriptName('smith')
    .locale('en')
    .wrap(WIDTH)
    // As the original says it.
    .version(`smith version ${buildInfo.version} (built from sha ${buildInfo.commit})`)
    .alias({ version: 'V', help: 'h' })
    .parserConfiguration({ 'boolean-negation': false, 'duplicate-arguments-array': false })
    .strict()
    .demandCommand(0, 0, undefined, 'there is nothing that is called like that')
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? new RailcarError('usage', inOneLine(message), { hint: 'Try: smith --help' });
    });
  await withCommands(line, end < 0 ? [] : words.slice(end + 1)).parseAsync();
}

function withCommands(line: Argv, program: readonly string[]) {
  return line
    .command('$0', 'Builds the image of a smith.yaml.', building, async (flags) =>
      (await import('./commands/build.ts')).build(flags),
    )
    .command(
      'upload',
      'Puts an image into a registry.',
      {
        ...shared,
        image: { ...image, describe: 'the image: FILE or FILE:TAG' },
        remote,
        docker: { alias: 'd', type: 'boolean', default: false, describe: "with Docker's media types" },
        sbom: {
          type: 'boolean',
          default: false,
          describe: 'attach the lists of contents that are in the image',
        },
        platform: { type: 'string', describe: 'only the image for it, of an index [default: all of them]' },
        provenance: {
          type: 'boolean',
          default: false,
          describe: 'attach what it was built of, which is beside the image',
        },
        sign: { ...privateKey, describe: `sign it, and what is attached, with this key [${PASSWORD}]` },
        format: signatureFormat,
        from: { type: 'string', describe: 'a repository of the same registry that may have some of it' },
      },
      async (flags) => (await import('./commands/upload.ts')).upload(flags),
    )
    .command(
      'download',
      'Gets an image of a registry.',
      {
        ...shared,
        image: { ...image, describe: 'what is written: FILE or FILE:TAG' },
        remote,
        platform: {
          ...platform,
          describe: 'of an index: as linux/arm64, or "all" [default: of this machine]',
        },
      },
      async (flags) => (await import('./commands/download.ts')).download(flags),
    )
    .command(
      'index <images..>',
      'Makes one image for several platforms, of images that are for one each.',
      (one) =>
        severalWords(one)
          .options({
            ...shared,
            image: { ...image, coerce: last, describe: 'what is written: FILE or FILE:TAG' },
          })
          .positional('images', {
            type: 'string',
            array: true,
            demandOption: true,
            describe: 'FILE, FILE:TAG or URL',
          }),
      async (flags) => (await import('./commands/index-images.ts')).index(flags),
    )
    .command(
      'explain <files..>',
      'Says why files are in the image.',
      (one) =>
        severalWords(one)
          .options(recipe)
          .positional('files', { type: 'string', array: true, demandOption: true }),
      async (flags) => (await import('./commands/explain.ts')).explain(flags),
    )
    .command(
      'lint <image>',
      'Says which rules of microcontainers an image breaks.',
      (one) =>
        one
          .options({
            ...shared,
            platform,
            ignore: { type: 'string', default: '', describe: 'names of rules, with commas between them' },
          })
          .positional('image', { type: 'string', demandOption: true }),
      async (flags) => (await import('./commands/lint.ts')).lint(flags),
    )
    .command(
      'sbom <image>',
      'Lists what is in an image.',
      (one) =>
        one
          .options({
            ...shared,
            platform,
            format: {
              type: 'string',
              choices: sbomFormats,
              default: 'spdx' as const,
              describe: 'of the list',
            },
          })
          .positional('image', { type: 'string', demandOption: true }),
      async (flags) => (await import('./commands/sbom.ts')).sbom(flags),
    )
    .command(
      'unpack <image> <folder>',
      'Makes a bundle of an image, for railcar run.',
      (one) =>
        one
          .options({
            ...shared,
            platform,
            readonly: {
              type: 'boolean',
              default: false,
              describe: 'with a root file system that cannot be written to',
            },
          })
          .positional('image', { type: 'string', demandOption: true })
          .positional('folder', { type: 'string', demandOption: true }),
      async (flags) => (await import('./commands/unpack.ts')).unpack(flags),
    )
    .command(
      'trace [image]',
      'Runs a program of the source, and says which paths it needs: smith trace [IMAGE] -- PROGRAM ARGUMENT...',
      (one) =>
        one
          .options({
            ...recipe,
            platform,
            write: { alias: 'w', type: 'boolean', default: false, describe: 'add the paths to the recipe' },
            output: { alias: 'o', type: 'string', describe: 'file for the paths [default: standard output]' },
            seconds: {
              type: 'number',
              describe: 'end the program after so long [default: when it ends, or on Ctrl-C]',
            },
            user: { alias: 'u', type: 'string', describe: 'who runs it [default: as the source says]' },
            env: {
              alias: 'e',
              type: 'string',
              array: true,
              nargs: 1,
              default: [],
              describe: 'NAME=VALUE, for the program',
            },
            'host-network': {
              type: 'boolean',
              default: false,
              describe: "in the host's network, to be spoken to",
            },
          })
          .positional('image', { type: 'string' }),
      async (flags) => (await import('./commands/trace.ts')).trace(flags, program),
    )
    .command(
      'run-image',
      false,
      {
        ...shared,
        image: { type: 'string', demandOption: true },
        bundle: { type: 'string', demandOption: true },
        terminal: { type: 'boolean', default: false },
      },
      async (flags) => (await import('./commands/run-image.ts')).runImage(flags, program),
    )
    .command('trace-hook <socket>', false, {}, async ({ socket }) =>
      (await import('./trace/hook.ts')).hook(String(socket)),
    )
    .command(
      'generate-key-pair',
      'Makes a pair of keys, as cosign does.',
      {
        'output-key-prefix': {
          type: 'string',
          default: 'smith',
          describe: 'of the two files, PREFIX.key and PREFIX.pub',
        },
        plain: {
          type: 'boolean',
          default: false,
          describe: 'without a password [it is of COSIGN_PASSWORD, or asked for]',
        },
      },
      async (flags) => (await import('./commands/keys.ts')).generateKeyPair(flags),
    )
    .command(
      'sign <image>',
      'Signs an image of a registry or of a layout.',
      (one) =>
        one
          .options({
            ...shared,
            platform: someOfList,
            key: { ...privateKey, demandOption: true },
            format: signatureFormat,
            annotations: { ...annotations, describe: 'said of the image, and signed: NAME=VALUE,…' },
            bundle: { type: 'string', describe: 'write the signature into this file, and nothing else' },
          })
          .positional('image', { type: 'string', demandOption: true }),
      async (flags) => (await import('./commands/sign.ts')).sign(flags),
    )
    .command(
      'attest <image>',
      'Signs what is known of an image.',
      (one) =>
        one
          .options({
            ...shared,
            platform: someOfList,
            key: { ...privateKey, demandOption: true },
            type: { type: 'string', demandOption: true, describe: 'provenance, spdx, cyclonedx or a URI' },
            predicate: {
              type: 'string',
              describe: 'a JSON file [default: what is in the image, or beside it]',
            },
            format: signatureFormat,
          })
          .positional('image', { type: 'string', demandOption: true }),
      async (flags) => (await import('./commands/attest.ts')).attest(flags),
    )
    .command(
      'verify <image>',
      'Says whether an image is signed by a key, and whole.',
      (one) =>
        one
          .options({
            ...shared,
            platform: someOfList,
            key: { type: 'string', describe: 'the public key' },
            attestation: {
              type: 'string',
              describe: 'print signed statements: provenance, spdx, cyclonedx or a URI',
            },
            annotations: { ...annotations, describe: 'that the signature has to have: NAME=VALUE,…' },
            bundle: { type: 'string', describe: 'a file with the signature' },
            rebuild: {
              type: 'boolean',
              default: false,
              describe: 'build it once more of its recipe, and say what is different',
            },
            conf: recipe.conf,
            dir: recipe.dir,
            fast: building.fast,
            'manifest-only': {
              type: 'boolean',
              default: false,
              describe: 'do not read what the image is made of',
            },
          })
          .positional('image', { type: 'string', demandOption: true }),
      async (flags) => (await import('./commands/verify.ts')).verify(flags),
    )
    .command('help', 'Shows this.', {}, () => smith(['--help']));
}

/** Where a word that is given twice replaces the first, of several words only the last would be left. */
function severalWords(one: Argv): Argv {
  return one.parserConfiguration({ 'boolean-negation': false, 'duplicate-arguments-array': true });
}

function last(given: string | readonly string[]): string {
  return typeof given === 'string' ? given : (given.at(-1) ?? '');
}

function inOneLine(message: string | null): string {
  return (message ?? 'the command line is wrong').replaceAll(/\s*\n\s*/g, '; ');
}
