import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { RailcarError } from '../../errors.ts';
import { chooseRoot, REF_NAME } from '../image/choose.ts';
import { verify } from '../image/digest.ts';
import { type Files, openFiles } from '../image/files.ts';
import { readJson } from '../image/json.ts';
import { blobPath, writeFiles } from '../image/layout-writer.ts';
import { isIndex, isManifest } from '../image/media-types.ts';
import { splitReference } from '../image/open.ts';
import { type Descriptor, type Index, indexSchema, manifestSchema, type Platform } from '../image/schema.ts';
import { type BlobStore, layoutStore, readDocument, requireBlob } from '../image/store.ts';
import type { Workspace } from '../image/workspace.ts';
import { artifactOf, type Statement } from '../supply/artifact.ts';
import { memoryContent, wholeContent } from '../tree/content.ts';
import { quoteName } from '../tree/name.ts';
import type { Content } from '../tree/node.ts';
import { artifactTypeOf, type Blob, MOST, type Place, type Referring, type Suffix, tagOf } from './place.ts';

/** How the descriptors of a folder that `cosign save` has written say what each is. */
const kinds = {
  image: 'dev.cosignproject.cosign/image',
  index: 'dev.cosignproject.cosign/imageIndex',
  sig: 'dev.cosignproject.cosign/sigs',
  att: 'dev.cosignproject.cosign/atts',
} as const;

/**
 * An image of an OCI layout, `PATH` or `PATH:TAG`; a platform chooses from a list.
 *
 * @throws {RailcarError} `image-invalid`, `image-missing`
 */
export async function layoutPlace(
  named: string,
  workspace: Workspace,
  platform: Platform | undefined,
): Promise<Place> {
  const { path, tag } = splitReference(named);
  const files = await openFiles(path, workspace);
  const name = quoteName(path);
  const content = files.get('index.json');
  if (content === undefined) {
    throw new RailcarError('image-invalid', `cannot sign or verify ${name}: it is no OCI layout`, {
      hint: 'What has no manifest has no digest. Build on it, or push it and sign it there.',
    });
  }
  const index = readJson(content, indexSchema, `index.json of ${name}`);
  const store = layoutStore(files, name);
  const root = chooseRoot(store, index, { tag, platform });
  const document = requireBlob(store, root);
  verify(document, root, `blob ${root.digest} of ${name}`);
  return new LayoutPlace(path, files, store, index, root, wholeContent(document));
}

class LayoutPlace implements Place {
  readonly name: string;
  readonly reference = '';
  readonly subject: Descriptor;
  readonly bytes: Buffer;
  readonly #path: string;
  readonly #files: Files;
  readonly #store: BlobStore;
  #index: Index;
  readonly #added = new Map<string, Content>();

  constructor(path: string, files: Files, store: BlobStore, index: Index, root: Descriptor, bytes: Buffer) {
    this.#path = path;
    this.#files = files;
    this.#store = {
      name: store.name,
      blob: (digest) => this.#added.get(digest) ?? store.blob(digest),
    };
    this.#index = index;
    this.name = quoteName(path);
    this.subject = { mediaType: root.mediaType, digest: root.digest, size: root.size };
    this.bytes = bytes;
  }

  async tagged(suffix: Suffix): Promise<Referring[]> {
    return this.#entriesOf(suffix).map((entry) => this.#open(entry));
  }

  async referring(wanted: (artifactType: string) => boolean): Promise<Referring[]> {
    return this.#index.manifests
      .filter(({ mediaType, digest }) => isManifest(mediaType) && digest !== this.subject.digest)
      .map((entry) => this.#open(entry))
      .filter(({ manifest }) => manifest.subject?.digest === this.subject.digest)
      .filter(({ manifest }) => wanted(artifactTypeOf(manifest)));
  }

  async blob(descriptor: Descriptor): Promise<Buffer> {
    const content = requireBlob(this.#store, descriptor);
    const what = `blob ${descriptor.digest} of ${this.name}`;
    if (content.size > MOST)
      throw new RailcarError('image-invalid', `cannot read ${what}: ${content.size} bytes are absurd`);
    verify(content, descriptor, what);
    return wholeContent(content);
  }

  async tag(suffix: Suffix, manifest: Blob, blobs: readonly Blob[]): Promise<void> {
    for (const { descriptor, bytes } of [...blobs, manifest]) this.#add(descriptor, memoryContent(bytes));
    const gone = new Set(this.#entriesOf(suffix));
    const annotations = { kind: kinds[suffix], [REF_NAME]: tagOf(this.subject.digest, suffix) };
    const others = this.#index.manifests.filter((entry) => !gone.has(entry));
    this.#list([...others, { ...manifest.descriptor, annotations }]);
  }

  async attach(statement: Statement): Promise<void> {
    const { referrer, content, blobs } = artifactOf(this.subject, statement);
    for (const blob of blobs) this.#add(blob.descriptor, blob.content);
    this.#add(referrer, content);
    if (this.#index.manifests.some(({ digest }) => digest === referrer.digest)) return;
    this.#list([...this.#index.manifests, referrer]);
  }

  async checkContents(): Promise<void> {
    this.#check(this.subject);
  }

  /** Blobs first, then what names them: whoever looks meanwhile sees the layout as it was, or as it is to be. */
  async save(): Promise<void> {
    if (this.#added.size === 0) return;
    const files = new Map([...this.#added].map(([digest, content]) => [blobPath(digest), content]));
    const index = memoryContent(JSON.stringify(this.#index));
    if (statSync(this.#path).isDirectory()) {
      for (const [path, content] of files) writeBelow(this.#path, path, content);
      writeBelow(this.#path, 'index.json', index);
      return;
    }
    await writeFiles(this.#path, this.#withOthers(files, index), formOf(this.#path));
  }

  async [Symbol.asyncDispose](): Promise<void> {}

  /** In the order in which layouts are written: blobs by digest, then the rest. */
  #withOthers(added: ReadonlyMap<string, Content>, index: Content): Map<string, Content> {
    const all = new Map<string, Content>(added);
    for (const path of this.#files.paths?.() ?? []) {
      const content = this.#files.get(path);
      if (content) all.set(path, content);
    }
    all.set('index.json', index);
    return new Map([...all].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** Those that say whose they are; those of `cosign save` do not: there is only one image, then. */
  #entriesOf(suffix: Suffix): Descriptor[] {
    const tag = tagOf(this.subject.digest, suffix);
    return this.#index.manifests.filter(({ annotations }) => {
      const name = annotations?.[REF_NAME];
      return name === undefined ? annotations?.kind === kinds[suffix] : name === tag;
    });
  }

  #open(descriptor: Descriptor): Referring {
    return { digest: descriptor.digest, manifest: readDocument(this.#store, descriptor, manifestSchema) };
  }

  #add({ digest }: Descriptor, content: Content): void {
    if (this.#store.blob(digest) === undefined) this.#added.set(digest, content);
  }

  /** The image, too, has to say what it is: `cosign verify --local-image` looks for that. */
  #list(manifests: readonly Descriptor[]): void {
    const { image, index } = kinds;
    const kind = isIndex(this.subject.mediaType) ? index : image;
    const isNamed = manifests.some(({ annotations }) => annotations?.kind === kind);
    this.#index = {
      ...this.#index,
      manifests: manifests.map((one) =>
        one.digest === this.subject.digest && !isNamed
          ? { ...one, annotations: { ...one.annotations, kind } }
          : one,
      ),
    };
  }

  #check(descriptor: Descriptor): void {
    if (isIndex(descriptor.mediaType)) {
      const { manifests } = readDocument(this.#store, descriptor, indexSchema);
      for (const child of manifests) this.#check(child);
      return;
    }
    const { config, layers } = readDocument(this.#store, descriptor, manifestSchema);
    for (const blob of [config, ...layers]) {
      verify(requireBlob(this.#store, blob), blob, `blob ${blob.digest} of ${this.name}`);
    }
  }
}

/** As it was. */
function formOf(path: string): 'tar' | 'tar.gz' {
  const head = Buffer.alloc(4);
  const descriptor = openSync(path, 'r');
  try {
    readSync(descriptor, head);
  } finally {
    closeSync(descriptor);
  }
  if (head.toString('hex') === '28b52ffd') {
    throw new RailcarError(
      'image-invalid',
      `cannot write ${quoteName(path)} again: it is compressed with zstd`,
      {
        hint: 'Decompress it first.',
      },
    );
  }
  return head.readUInt16BE() === 0x1f8b ? 'tar.gz' : 'tar';
}

function writeBelow(folder: string, path: string, content: Content): void {
  const place = join(folder, path);
  const draft = `${place}.partial`;
  try {
    if (!existsSync(dirname(place))) mkdirSync(dirname(place), { recursive: true });
    writeFileSync(draft, wholeContent(content));
    renameSync(draft, place);
  } catch (error) {
    rmSync(draft, { force: true });
    const reason = (error as NodeJS.ErrnoException).code ?? String(error);
    throw new RailcarError('operation-failed', `cannot write ${quoteName(place)}: ${reason}`, {
      cause: error,
    });
  }
}
