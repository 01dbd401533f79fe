import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import * as z from 'zod/mini';
import { RailcarError } from '../../errors.ts';
import { readSmall } from './answer.ts';
import { type Challenge, parseChallenges } from './challenge.ts';
import type { Known } from './credentials.ts';
import type { Body, Exchange } from './transport.ts';

type Send = (exchange: Exchange) => Promise<IncomingMessage>;

const tokenSchema = z.object({ token: z.optional(z.string()), access_token: z.optional(z.string()) });

/**
 * Answers a registry's challenges: Basic, or a Bearer token of the service that the challenge names (distribution's
 * token authentication, and OAuth2 for identity tokens).
 */
export class Authority {
  readonly #send: Send;
  readonly #known: () => Promise<Known | null>;
  readonly #origin: string;
  #header: string | null = null;

  /** `known` is asked only if the registry asks. */
  constructor(origin: string, known: () => Promise<Known | null>, send: Send) {
    this.#origin = origin;
    this.#known = known;
    this.#send = send;
  }

  /** The Authorization header that has been good so far, only for the registry itself. */
  headerFor(url: URL): string | null {
    return url.origin === this.#origin ? this.#header : null;
  }

  /**
   * Takes up the challenge of a 401 to a request that had this header. False: there is nothing that has not been tried.
   *
   * @throws {RailcarError} `registry-refused` if the service for tokens refuses
   */
  async answer(header: string | undefined, used: string | null): Promise<boolean> {
    // Another request has been asked the same meanwhile.
    if (this.#header !== used) return true;
    const challenges = parseChallenges(header ?? '');
    const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
    if (bearer) this.#header = `Bearer ${await this.#fetchToken(bearer)}`;
    else if (challenges.some(({ scheme }) => scheme === 'basic')) this.#header = await this.#basic();
    return this.#header !== null && this.#header !== used;
  }

  async #basic(): Promise<string | null> {
    const known = await this.#known();
    return known && 'user' in known ? basicHeader(known.user, known.password) : null;
  }

  async #fetchToken({ parameters }: Challenge): Promise<string> {
    const realm = parameters.get('realm') ?? '';
    if (!URL.canParse(realm)) throw refused(realm, 'the registry names no service for tokens');
    const url = new URL(realm);
    // Credentials go there: not to where anybody on the way can read them, unless the registry is already like that.
    if (url.protocol !== 'https:' && !this.#origin.startsWith('http:'))
      throw refused(realm, 'it is not https');
    const known = await this.#known();
    const asked = { service: parameters.get('service'), scope: parameters.get('scope') };
    const exchange =
      known && 'identityToken' in known ? oauth(url, asked, known.identityToken) : plain(url, asked, known);
    const answer = await this.#send(exchange);
    const text = await readSmall(answer);
    if (answer.statusCode !== 200) throw refused(realm, `it answers ${answer.statusCode}`);
    return tokenOf(text) ?? raise(refused(realm, 'its answer has no token'));
  }
}

interface Asked {
  readonly service: string | undefined;
  readonly scope: string | undefined;
}

function plain(url: URL, { service, scope }: Asked, known: Known | null): Exchange {
  if (service !== undefined) url.searchParams.set('service', service);
  for (const one of scope?.split(' ') ?? []) url.searchParams.append('scope', one);
  const headers = known && 'user' in known ? { Authorization: basicHeader(known.user, known.password) } : {};
  return { method: 'GET', url, headers, body: null };
}

function oauth(url: URL, { service, scope }: Asked, identityToken: string): Exchange {
  const form = new URLSearchParams({
    grant_type: 'refresh_token',
    refresh_token: identityToken,
    client_id: 'railcar-smith',
  });
  if (service !== undefined) form.set('service', service);
  if (scope !== undefined) form.set('scope', scope);
  const headers = { 'Content-Type': 'application/x-www-form-urlencoded' };
  return { method: 'POST', url, headers, body: textBody(form.toString()) };
}

/** Either name will do: servers differ in which they use. */
function tokenOf(text: string): string | null {
  try {
    const { token, access_token } = tokenSchema.parse(JSON.parse(text));
    return token || access_token || null;
  } catch {
    return null;
  }
}

export function textBody(text: string | Uint8Array): Body {
  const bytes = Buffer.from(text);
  return { size: bytes.length, stream: () => Readable.from([bytes], { objectMode: false }) };
}

function basicHeader(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
}

function refused(realm: string, reason: string): RailcarError {
  return new RailcarError('registry-refused', `cannot get a token of "${realm}": ${reason}`);
}

function raise(error: Error): never {
  throw error;
}
