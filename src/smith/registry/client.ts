import type { IncomingMessage } from 'node:http';
import { RailcarError } from '../../errors.ts';
import { reasonOf } from './answer.ts';
import { Authority } from './authority.ts';
import type { Known } from './credentials.ts';
import { type Body, type Exchange, Transport } from './transport.ts';

export interface ClientOptions {
  readonly insecure: boolean;
  readonly environment: NodeJS.ProcessEnv;
  /** Asked only if the registry asks. */
  readonly known: () => Promise<Known | null>;
  /** A line for `--verbose`; none has a secret. */
  readonly log: (line: string) => void;
  /** Milliseconds before the first repetition; each further one waits twice as long. */
  readonly patience?: number;
}

export interface Call {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Body;
  /** Statuses that are answers; any other becomes an error. */
  readonly expect: readonly number[];
  /** What is being done, as in `push "name:tag"`. */
  readonly doing: string;
  /** Not to be repeated by this client: the caller has to find out first how far it came. */
  readonly once?: boolean;
}

/** The cause of a `registry-refused`. */
export interface Refusal {
  readonly status: number;
}

const ATTEMPTS = 5;
const REDIRECTIONS = 5;
const LONGEST_WAIT = 60_000;
const passing = [408, 429, 500, 502, 503, 504];

/** Speaks to one registry: identifies itself, follows redirections, and tries again what may pass. */
export class Client {
  readonly #transport: Transport;
  readonly #authority: Authority;
  readonly #options: ClientOptions;
  readonly #origin: string;

  constructor(origin: string, options: ClientOptions) {
    this.#origin = origin;
    this.#options = options;
    this.#transport = new Transport(options.insecure, options.environment);
    this.#authority = new Authority(origin, options.known, (exchange) =>
      this.#persist(exchange, `get a token for "${origin}"`),
    );
  }

  close(): void {
    this.#transport.close();
  }

  /** The URL of something of the registry's API, or of what it named itself in a Location header. */
  url(path: string): URL {
    return new URL(path, this.#origin);
  }

  /**
   * @throws {RailcarError} `registry-refused`: it answered with no status of `expect`; `registry-unreachable`: it did
   * not answer, however often it was asked
   */
  async call(method: string, url: URL, call: Call): Promise<IncomingMessage> {
    const used = this.#authority.headerFor(url);
    let answer = await this.#follow(method, url, call);
    if (
      answer.statusCode === 401 &&
      (await this.#authority.answer(answer.headers['www-authenticate'], used))
    ) {
      answer.resume();
      answer = await this.#follow(method, url, call);
    }
    if (call.expect.includes(answer.statusCode ?? 0)) return answer;
    const status = answer.statusCode ?? 0;
    const hint =
      status === 401
        ? 'Credentials are taken of the URL, of "docker login", or of "podman login".'
        : undefined;
    const reason = `the registry says: ${await reasonOf(answer)}`;
    throw new RailcarError('registry-refused', `cannot ${call.doing}: ${reason}`, {
      hint,
      cause: { status } satisfies Refusal,
    });
  }

  /** Downloads are often elsewhere. Credentials stay here, and what was secret on the way stays so. */
  async #follow(method: string, start: URL, call: Call): Promise<IncomingMessage> {
    let url = start;
    for (let hops = 0; ; hops++) {
      const answer = await this.#attempt(method, url, call);
      const { location } = answer.headers;
      const away =
        (answer.statusCode ?? 0) >= 301 && (answer.statusCode ?? 0) <= 308 && location !== undefined;
      if (!away || !['GET', 'HEAD'].includes(method)) return answer;
      answer.resume();
      const next = new URL(location, url);
      if (hops === REDIRECTIONS)
        throw new RailcarError('registry-refused', `cannot ${call.doing}: too many redirections`);
      if (url.protocol === 'https:' && next.protocol !== 'https:') {
        throw new RailcarError(
          'registry-refused',
          `cannot ${call.doing}: the registry redirects from https to "${next.origin}"`,
        );
      }
      url = next;
    }
  }

  #attempt(method: string, url: URL, { headers = {}, body, doing, once }: Call): Promise<IncomingMessage> {
    const authorization = this.#authority.headerFor(url);
    const exchange = {
      method,
      url,
      headers: {
        'User-Agent': 'railcar-smith',
        ...headers,
        ...(authorization === null ? {} : { Authorization: authorization }),
      },
      body: body ?? null,
    };
    return once ? this.#single(exchange, doing) : this.#persist(exchange, doing);
  }

  async #single(exchange: Exchange, doing: string): Promise<IncomingMessage> {
    try {
      const answer = await this.#transport.send(exchange);
      this.#options.log(
        `${exchange.method} ${exchange.url.origin}${exchange.url.pathname} ${answer.statusCode}`,
      );
      return answer;
    } catch (error) {
      throw unreachable(error, doing, exchange.url);
    }
  }

  async #persist(exchange: Exchange, doing: string): Promise<IncomingMessage> {
    for (let attempt = 1; ; attempt++) {
      let answer: IncomingMessage | null = null;
      try {
        answer = await this.#single(exchange, doing);
        if (attempt === ATTEMPTS || !passing.includes(answer.statusCode ?? 0)) return answer;
        answer.resume();
      } catch (error) {
        if (attempt === ATTEMPTS || isFinal(error)) throw error;
        this.#options.log(`${error instanceof Error ? error.message : String(error)}; trying again`);
      }
      await this.pause(attempt, answer?.headers['retry-after']);
    }
  }

  /** Before the next attempt: what the registry asks for, else twice as long each time, and never the same for two clients. */
  async pause(attempt: number, retryAfter?: string): Promise<void> {
    const asked = Number(retryAfter) * 1000;
    const own = (this.#options.patience ?? 500) * 2 ** (attempt - 1) * (0.75 + Math.random() / 2);
    const wait = Math.min(Number.isFinite(asked) && asked > 0 ? asked : own, LONGEST_WAIT);
    await new Promise((resolve) => setTimeout(resolve, wait));
  }
}

/** What another attempt would not change: a certificate, a name that does not exist. */
function isFinal(error: unknown): boolean {
  const code = codeOf(error instanceof Error ? error.cause : null);
  return /^(ENOTFOUND|CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS|ERR_SSL|EPROTO|HPE_|ERR_INVALID)/.test(
    code,
  );
}

function unreachable(cause: unknown, doing: string, url: URL): RailcarError {
  const code = codeOf(cause);
  const message =
    cause instanceof Error && cause.message ? cause.message.replaceAll(/\s+/g, ' ') : 'no answer';
  const certificate = /^(CERT_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|ERR_TLS)/.test(code);
  const plain = code === 'EPROTO' || code.startsWith('ERR_SSL');
  const hint = certificate
    ? 'With -k any certificate will do; NODE_EXTRA_CA_CERTS names a file with the authority that signed it.'
    : plain
      ? 'A registry without TLS has to be asked for with http://'
      : undefined;
  const reason = code === '' || message.includes(code) ? message : `${message} (${code})`;
  return new RailcarError('registry-unreachable', `cannot ${doing}: "${url.host}": ${reason}`, {
    cause,
    hint,
  });
}

/** Of several addresses each has failed; the first tells enough. */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
}
