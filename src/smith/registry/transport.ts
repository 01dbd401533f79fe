import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { Agent, request } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import tls from 'node:tls';

/** What is sent, as often as it has to be. */
export interface Body {
  /** In bytes. */
  readonly size: number;
  stream(): Readable;
}

export interface Exchange {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Body | null;
}

/** A registry that is silent for so long is gone. */
const SILENCE = 60_000;
/** Of one registry at a time; more make nobody faster. */
const CONNECTIONS = 8;

/** Single exchanges over HTTP, with connections that are kept between them. */
export class Transport {
  readonly #plain: PlainAgent;
  readonly #secure: Agent;

  /** `insecure`: any certificate will do. `environment`: HTTPS_PROXY and its like, where this Node knows them. */
  constructor(insecure: boolean, environment: NodeJS.ProcessEnv) {
    const options = { keepAlive: true, maxSockets: CONNECTIONS, proxyEnv: environment };
    this.#plain = new PlainAgent(options);
    this.#secure = new Agent({ ...options, rejectUnauthorized: !insecure, ca: authorities() });
  }

  close(): void {
    this.#plain.destroy();
    this.#secure.destroy();
  }

  /**
   * Sends the request and gives the answer as soon as its headers are there; its body has to be read or destroyed.
   * Throws what Node throws: `ECONNREFUSED`, `ECONNRESET`, a certificate's error.
   */
  async send({ method, url, headers, body }: Exchange): Promise<IncomingMessage> {
    const secure = url.protocol === 'https:';
    const options = {
      method,
      agent: secure ? this.#secure : this.#plain,
      timeout: SILENCE,
      headers: { ...headers, 'Content-Length': String(body?.size ?? 0) },
    };
    if (body === null && method !== 'POST' && method !== 'PUT') {
      const { 'Content-Length': _, ...bare } = options.headers;
      options.headers = bare as typeof options.headers;
    }
    const sent = (secure ? request : plainRequest)(url, options);
    sent.on('timeout', () =>
      sent.destroy(Object.assign(new Error('it was silent for a minute'), { code: 'ETIMEDOUT' })),
    );
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      sent.on('response', resolve);
      sent.on('error', reject);
    });
    if (body === null) {
      sent.end();
      return answered;
    }
    // A registry may answer, and hang up, before it has read everything: its answer says more than EPIPE.
    const written = pipeline(body.stream(), sent).then(
      () => null,
      (error: unknown) => error,
    );
    return Promise.race([
      answered,
      written.then((error) => (error === null ? answered : orLate(answered, error))),
    ]);
  }
}

async function orLate(answered: Promise<IncomingMessage>, error: unknown): Promise<IncomingMessage> {
  const late = new Promise<never>((_, reject) => setTimeout(() => reject(error), 500).unref());
  return Promise.race([answered, late]);
}

/** Those that Node brings and those that this machine trusts. */
function authorities(): string[] {
  // Not in every Node that can be an engine.
  const list = tls.getCACertificates as typeof tls.getCACertificates | undefined;
  return list ? [...new Set([...list('default'), ...list('system')])] : [...tls.rootCertificates];
}
