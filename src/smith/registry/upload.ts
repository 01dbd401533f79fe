import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { RailcarError } from '../../errors.ts';
import type { Client, Refusal } from './client.ts';
import type { Descriptor } from './download.ts';

/** A blob's bytes, from any place on: what has arrived is not sent again. */
export interface Source {
  stream(start: number, end: number): Readable;
}

/** How a blob came to be in the repository. */
export type Outcome = 'there' | 'mounted' | 'sent';

export interface UploadOptions {
  /** Another repository of the same registry that may have the blob. */
  readonly from?: string;
  /** Bytes that are sent at a time; larger blobs go in pieces, so that one that breaks off can be taken up. */
  readonly chunk?: number;
  /** Bytes that have arrived so far. */
  readonly progress?: (sent: number) => void;
}

const CHUNK = 32 * 1024 * 1024;
/** Times in a row that a piece may fail without a byte of it having arrived. */
const BREAKS = 5;

/**
 * Puts a blob into a repository unless it is there already (distribution-spec, "Pushing blobs").
 *
 * @throws {RailcarError} `registry-refused`, `registry-unreachable`
 */
export async function upload(
  client: Client,
  repository: string,
  descriptor: Descriptor,
  source: Source,
  { from, chunk = CHUNK, progress = () => {} }: UploadOptions = {},
): Promise<Outcome> {
  const doing = `push blob "${descriptor.digest}"`;
  const blob = client.url(`/v2/${repository}/blobs/${descriptor.digest}`);
  const head = await client.call('HEAD', blob, { expect: [200, 404], doing });
  head.resume();
  if (head.statusCode === 200) return 'there';
  const begun = await begin(client, repository, descriptor, from, doing);
  if (begun.statusCode === 201) return 'mounted';
  const session = new Session(client, descriptor, source, doing, progress);
  session.follow(begun, client.url(`/v2/${repository}/`));
  await session.send(Math.max(chunk, Number(begun.headers['oci-chunk-min-length']) || 0));
  return 'sent';
}

async function begin(
  client: Client,
  repository: string,
  { digest }: Descriptor,
  from: string | undefined,
  doing: string,
) {
  const url = client.url(`/v2/${repository}/blobs/uploads/`);
  if (from !== undefined) {
    url.searchParams.set('mount', digest);
    url.searchParams.set('from', from);
  }
  const answer = await client.call('POST', url, { expect: [201, 202], doing });
  answer.resume();
  return answer;
}

/** One upload, whose place the registry names anew with each answer. */
class Session {
  readonly #client: Client;
  readonly #descriptor: Descriptor;
  readonly #source: Source;
  readonly #doing: string;
  readonly #progress: (sent: number) => void;
  #place: URL | null = null;
  #arrived = 0;

  constructor(
    client: Client,
    descriptor: Descriptor,
    source: Source,
    doing: string,
    progress: (sent: number) => void,
  ) {
    this.#client = client;
    this.#descriptor = descriptor;
    this.#source = source;
    this.#doing = doing;
    this.#progress = progress;
  }

  follow({ headers: { location } }: IncomingMessage, base: URL): void {
    if (location === undefined)
      throw new RailcarError('registry-refused', `cannot ${this.#doing}: the registry does not say where to`);
    this.#place = new URL(location, base);
  }

  /** All but the last piece with PATCH, and that with PUT, which ends it: a small blob is a single PUT. */
  async send(chunk: number): Promise<void> {
    const { size } = this.#descriptor;
    for (let broken = 0; ; ) {
      const start = this.#arrived;
      const end = Math.min(start + chunk, size);
      try {
        if (end === size) return await this.#finish(start);
        await this.#append(start, end);
      } catch (error) {
        if (!isLost(error)) throw error;
        broken = this.#arrived > start ? 1 : broken + 1;
        if (broken > BREAKS) throw error;
        await this.#client.pause(broken);
        if (await this.#isThere()) return;
        await this.#ask();
        continue;
      }
      broken = 0;
    }
  }

  async #append(start: number, end: number): Promise<void> {
    const answer = await this.#send('PATCH', this.#whereTo(), start, end, [202], {
      'Content-Range': `${start}-${end - 1}`,
    });
    this.follow(answer, this.#whereTo());
    this.#arrived = end;
    this.#progress(end);
  }

  async #finish(start: number): Promise<void> {
    const url = new URL(this.#whereTo());
    // What the registry put there itself stays.
    url.searchParams.set('digest', this.#descriptor.digest);
    const range = start > 0 ? { 'Content-Range': `${start}-${this.#descriptor.size - 1}` } : {};
    await this.#send('PUT', url, start, this.#descriptor.size, [201, 204], range);
    this.#progress(this.#descriptor.size);
  }

  async #send(
    method: string,
    url: URL,
    start: number,
    end: number,
    expect: readonly number[],
    headers: Record<string, string>,
  ): Promise<IncomingMessage> {
    const answer = await this.#client.call(method, url, {
      expect,
      doing: this.#doing,
      once: true,
      headers: { 'Content-Type': 'application/octet-stream', ...headers },
      body: { size: end - start, stream: () => this.#source.stream(start, end) },
    });
    answer.resume();
    return answer;
  }

  /** Somebody else may have pushed it meanwhile, or the last answer alone was lost. */
  async #isThere(): Promise<boolean> {
    const [, repository = ''] = /^\/v2\/(.*)\/blobs\/uploads\//.exec(this.#whereTo().pathname) ?? [];
    if (repository === '') return false;
    const url = this.#client.url(`/v2/${repository}/blobs/${this.#descriptor.digest}`);
    const answer = await this.#client.call('HEAD', url, { expect: [200, 404], doing: this.#doing });
    answer.resume();
    return answer.statusCode === 200;
  }

  /** How far it came (distribution-spec, "Pushing a blob in chunks": GET of the place). */
  async #ask(): Promise<void> {
    const answer = await this.#client.call('GET', this.#whereTo(), { expect: [204], doing: this.#doing });
    answer.resume();
    if (answer.headers.location !== undefined) this.follow(answer, this.#whereTo());
    const last = /^(?:bytes=)?\d+-(\d+)$/.exec(answer.headers.range ?? '')?.[1];
    // "0-0" is what registries say of nothing at all; a single byte sent twice would be refused, and is not worth the risk.
    this.#arrived =
      last === undefined || last === '0' ? 0 : Math.min(Number(last) + 1, this.#descriptor.size);
    this.#progress(this.#arrived);
  }

  #whereTo(): URL {
    if (this.#place === null) throw new RailcarError('internal', 'an upload that has not begun');
    return this.#place;
  }
}

/** The connection broke, or the registry is overloaded: another attempt may do. */
function isLost(error: unknown): boolean {
  if (!(error instanceof RailcarError)) return false;
  const { status = 0 } = (error.cause ?? {}) as Partial<Refusal>;
  return error.code === 'registry-unreachable' || status === 416 || status === 429 || status >= 500;
}
