import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** What a request is answered with before the registry itself sees it; undefined: the registry answers. */
type Fault = (request: IncomingMessage, response: ServerResponse) => boolean | undefined;

export interface ServerOptions {
  readonly auth?: 'basic' | 'token' | 'access_token';
  readonly referrers?: boolean;
  /** Bytes that one PATCH has to have at least. */
  readonly minimum?: number;
}

/** A registry in memory, as distribution-spec 1.1 has it, which fails as a test wants it to. */
export class TestRegistry {
  readonly blobs = new Map<string, Buffer>();
  readonly manifests = new Map<string, { readonly bytes: Buffer; readonly type: string }>();
  /** `METHOD path` of each request, without names of uploads. */
  readonly log: string[] = [];
  readonly faults: Fault[] = [];
  readonly #options: ServerOptions;
  readonly #uploads = new Map<string, Buffer>();
  readonly #server: Server;
  #count = 0;

  constructor(options: ServerOptions = {}) {
    this.#options = options;
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy());
    });
  }

  listen(): Promise<string> {
    return new Promise((resolve) => {
      this.#server.listen(0, '127.0.0.1', () =>
        resolve(`127.0.0.1:${(this.#server.address() as AddressInfo).port}`),
      );
    });
  }

  close(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  put(text: string | Buffer): string {
    const bytes = Buffer.from(text);
    const digest = sha256(bytes);
    this.blobs.set(digest, bytes);
    return digest;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '', `http://${request.headers.host}`);
    this.log.push(
      `${request.method} ${url.pathname.replace(/uploads\/.+/, 'uploads/ID')}${url.search.replaceAll(/sha256(:|%3A)[0-9a-f]+/g, 'DIGEST')}`,
    );
    const fault = this.faults.shift();
    if (fault?.(request, response)) return;
    if (url.pathname === '/token') return this.#token(request, response, url);
    if (!this.#authorized(request, response, url)) return;
    const [, , kind = '', rest = ''] =
      /^\/v2\/(.+?)\/(blobs|manifests|referrers)\/(.*)$/.exec(url.pathname) ?? [];
    if (kind === 'blobs' && rest.startsWith('uploads/'))
      return this.#upload(request, response, url, rest.slice(8));
    if (kind === 'blobs') return this.#blob(request, response, rest);
    if (kind === 'manifests') return this.#manifest(request, response, rest);
    if (kind === 'referrers' && this.#options.referrers) return this.#list(response, rest);
    this.#refuse(response, 404, 'NOT_FOUND', 'page not found');
  }

  #authorized(request: IncomingMessage, response: ServerResponse, url: URL): boolean {
    const { auth } = this.#options;
    const wanted = auth === 'basic' ? `Basic ${btoa('user:pass word')}` : 'Bearer secret,token';
    if (!auth || request.headers.authorization === wanted) return true;
    const name = /^\/v2\/(.+?)\/(blobs|manifests|referrers)/.exec(url.pathname)?.[1];
    const challenge =
      auth === 'basic'
        ? 'Basic realm="a registry"'
        : `Bearer realm="${url.origin}/token",service="a registry, for tests",scope="repository:${name}:pull,push"`;
    response.setHeader('WWW-Authenticate', challenge);
    this.#refuse(response, 401, 'UNAUTHORIZED', 'authentication required');
    return false;
  }

  #token(request: IncomingMessage, response: ServerResponse, url: URL): void {
    const { authorization } = request.headers;
    const asked =
      url.searchParams.get('scope')?.endsWith(':pull,push') &&
      url.searchParams.get('service') === 'a registry, for tests';
    if (!asked || authorization !== `Basic ${btoa('user:pass word')}`) {
      this.#refuse(response, 401, 'UNAUTHORIZED', 'no');
      return;
    }
    response.end(JSON.stringify({ [this.#options.auth ?? 'token']: 'secret,token' }));
  }

  async #upload(request: IncomingMessage, response: ServerResponse, url: URL, id: string): Promise<void> {
    if (request.method === 'POST') return this.#begin(response, url);
    const before = this.#uploads.get(id);
    if (!before) return this.#refuse(response, 404, 'BLOB_UPLOAD_UNKNOWN', 'no such upload');
    if (request.method === 'GET') return this.#where(response, 204, url, id, before);
    // What has arrived counts, also if the rest never comes.
    for await (const part of request as AsyncIterable<Buffer>) {
      this.#uploads.set(id, Buffer.concat([this.#uploads.get(id) ?? Buffer.alloc(0), part]));
    }
    const all = this.#uploads.get(id) ?? Buffer.alloc(0);
    const range = /^(\d+)-(\d+)$/.exec(request.headers['content-range'] ?? '');
    if (range && (Number(range[1]) !== before.length || Number(range[2]) !== all.length - 1)) {
      return this.#refuse(response, 416, 'RANGE_INVALID', 'that is not where it goes on');
    }
    if (request.method === 'PATCH') return this.#where(response, 202, url, id, all);
    const digest = url.searchParams.get('digest') ?? '';
    if (sha256(all) !== digest)
      return this.#refuse(response, 400, 'DIGEST_INVALID', 'provided digest did not match');
    this.blobs.set(digest, all);
    response.writeHead(201, { Location: `/v2/x/blobs/${digest}` }).end();
  }

  #begin(response: ServerResponse, url: URL): void {
    const mount = url.searchParams.get('mount');
    if (mount !== null && url.searchParams.get('from') === 'base' && this.blobs.has(mount)) {
      response.writeHead(201).end();
      return;
    }
    const id = `${++this.#count}`;
    this.#uploads.set(id, Buffer.alloc(0));
    const headers = this.#options.minimum ? { 'OCI-Chunk-Min-Length': String(this.#options.minimum) } : {};
    response.writeHead(202, { Location: `${url.pathname}${id}?state=a%20b`, ...headers }).end();
  }

  #where(response: ServerResponse, status: number, url: URL, id: string, bytes: Buffer): void {
    const place = url.pathname.replace(/uploads\/.*/, `uploads/${id}?state=a%20b`);
    response.writeHead(status, { Location: place, Range: `0-${Math.max(bytes.length - 1, 0)}` }).end();
  }

  #blob(request: IncomingMessage, response: ServerResponse, digest: string): void {
    const bytes = this.blobs.get(digest);
    if (!bytes) return this.#refuse(response, 404, 'BLOB_UNKNOWN', 'blob unknown to registry');
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start > 0) response.setHeader('Content-Range', `bytes ${start}-${bytes.length - 1}/${bytes.length}`);
    response.writeHead(start > 0 ? 206 : 200, { 'Content-Length': bytes.length - start });
    response.end(request.method === 'HEAD' ? undefined : bytes.subarray(start));
  }

  async #manifest(request: IncomingMessage, response: ServerResponse, reference: string): Promise<void> {
    if (request.method === 'PUT') {
      const bytes = await buffer(request);
      const entry = { bytes, type: request.headers['content-type'] ?? '' };
      this.manifests.set(reference, entry);
      this.manifests.set(sha256(bytes), entry);
      const subject = (JSON.parse(bytes.toString()) as { subject?: { digest: string } }).subject?.digest;
      if (subject && this.#options.referrers) response.setHeader('OCI-Subject', subject);
      response.writeHead(201, { 'Docker-Content-Digest': sha256(bytes) }).end();
      return;
    }
    const found = this.manifests.get(reference);
    if (!found) return this.#refuse(response, 404, 'MANIFEST_UNKNOWN', 'manifest unknown');
    response
      .writeHead(200, { 'Content-Type': found.type, 'Docker-Content-Digest': sha256(found.bytes) })
      .end(found.bytes);
  }

  #list(response: ServerResponse, digest: string): void {
    const manifests = new Map<string, unknown>();
    for (const { bytes, type } of this.manifests.values()) {
      const { subject, artifactType } = JSON.parse(bytes.toString()) as {
        subject?: { digest: string };
        artifactType?: string;
      };
      if (subject?.digest !== digest) continue;
      manifests.set(sha256(bytes), {
        mediaType: type,
        digest: sha256(bytes),
        size: bytes.length,
        artifactType,
      });
    }
    response.writeHead(200, { 'Content-Type': 'application/vnd.oci.image.index.v1+json' });
    response.end(JSON.stringify({ schemaVersion: 2, manifests: [...manifests.values()] }));
  }

  #refuse(response: ServerResponse, status: number, code: string, message: string): void {
    response.writeHead(status).end(JSON.stringify({ errors: [{ code, message }] }));
  }
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}
