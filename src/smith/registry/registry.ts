import { RailcarError } from '../../errors.ts';
import { digestOf } from '../image/digest.ts';
import { readSmallBytes } from './answer.ts';
import { textBody } from './authority.ts';
import { Client, type ClientOptions } from './client.ts';
import { credentialsFor } from './credentials.ts';
import { type Descriptor, download } from './download.ts';
import { isDigest, type Remote } from './remote.ts';
import { type Outcome, type Source, type UploadOptions, upload } from './upload.ts';

export type RegistryOptions = Omit<ClientOptions, 'known'>;

export interface Manifest extends Descriptor {
  readonly bytes: Buffer;
}

/** What a manifest may be: an image or a list of them, in OCI's words or in Docker's. */
export const manifestTypes = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
] as const;

/** One repository of a registry (OCI distribution-spec 1.1). */
export class Registry {
  readonly #client: Client;
  readonly #repository: string;

  constructor({ origin, repository, credentials }: Remote, options: RegistryOptions) {
    const { host } = new URL(origin);
    const known = async () => credentials ?? (await credentialsFor(host, options.environment));
    this.#repository = repository;
    this.#client = new Client(origin, { ...options, known });
  }

  /** For messages: `name:tag`, `name@sha256:…`. */
  nameOf(reference: string): string {
    return `${this.#repository}${isDigest(reference) ? '@' : ':'}${reference}`;
  }

  close(): void {
    this.#client.close();
  }

  /**
   * A manifest by tag or digest. One asked for by digest has it; of a tag the registry's word is checked.
   *
   * @throws {RailcarError} `registry-refused`, `registry-unreachable`, `image-invalid`
   */
  async manifest(reference: string): Promise<Manifest> {
    const found = await this.#find(reference, [200]);
    if (!found) throw new RailcarError('internal', 'a manifest that was there and was not');
    return found;
  }

  /** The same, or null where there is none. */
  findManifest(reference: string): Promise<Manifest | null> {
    return this.#find(reference, [200, 404]);
  }

  async #find(reference: string, expect: readonly number[]): Promise<Manifest | null> {
    const doing = `pull "${this.nameOf(reference)}"`;
    const url = this.#url('manifests', reference);
    const answer = await this.#client.call('GET', url, {
      expect,
      doing,
      headers: { Accept: manifestTypes.join(', ') },
    });
    const bytes = await readSmallBytes(answer);
    if (answer.statusCode === 404) return null;
    const said = answer.headers['docker-content-digest'];
    const wanted = isDigest(reference) ? reference : typeof said === 'string' && isDigest(said) ? said : null;
    const digest = digestOf(bytes, wanted?.split(':')[0]);
    if (wanted !== null && digest !== wanted) {
      throw new RailcarError(
        'image-invalid',
        `cannot ${doing}: the digest of what the registry sends is ${digest}, not ${wanted}`,
      );
    }
    const mediaType = answer.headers['content-type']?.split(';')[0]?.trim() ?? '';
    return { bytes, mediaType, digest, size: bytes.length };
  }

  /** The bytes of a blob, verified; see `download`. */
  blob(descriptor: Descriptor): AsyncGenerator<Buffer> {
    return download(this.#client, this.#repository, descriptor);
  }

  /** Puts a blob there; see `upload`. */
  pushBlob(descriptor: Descriptor, source: Source, options?: UploadOptions): Promise<Outcome> {
    return upload(this.#client, this.#repository, descriptor, source, options);
  }

  /**
   * Puts a manifest there under a tag or its digest, after everything that it names.
   *
   * @returns whether the registry itself lists it among the referrers of its subject
   * @throws {RailcarError} `registry-refused`, `registry-unreachable`
   */
  async pushManifest(
    reference: string,
    bytes: Uint8Array,
    mediaType: string,
  ): Promise<{ readonly listed: boolean }> {
    const doing = `push "${this.nameOf(reference)}"`;
    const answer = await this.#client.call('PUT', this.#url('manifests', reference), {
      expect: [201, 202],
      doing,
      headers: { 'Content-Type': mediaType },
      body: textBody(bytes),
    });
    answer.resume();
    const said = answer.headers['docker-content-digest'];
    const digest = digestOf(bytes);
    if (typeof said === 'string' && said.startsWith('sha256:') && said !== digest) {
      throw new RailcarError(
        'registry-refused',
        `cannot ${doing}: the registry has stored ${said} instead of ${digest}`,
      );
    }
    return { listed: answer.headers['oci-subject'] !== undefined };
  }

  /** What the registry says refers to a digest; null: it does not know such questions. */
  async askReferrers(digest: string): Promise<Buffer | null> {
    const answer = await this.#client.call('GET', this.#url('referrers', digest), {
      expect: [200, 404],
      doing: `list what refers to "${digest}"`,
    });
    const bytes = await readSmallBytes(answer);
    const isIndex = answer.headers['content-type']?.includes('application/vnd.oci.image.index.v1+json');
    return answer.statusCode === 200 && isIndex ? bytes : null;
  }

  #url(kind: 'manifests' | 'referrers', reference: string): URL {
    return this.#client.url(`/v2/${this.#repository}/${kind}/${reference}`);
  }
}
