import { RailcarError } from '../../errors.ts';

/** Where an image is in a registry, as `https://user:password@host/name:tag` or `…/name@sha256:…`. */
export interface Remote {
  /** `https://host` or `http://host`, with the port if one was given. */
  readonly origin: string;
  /** `library/nginx` */
  readonly repository: string;
  /** A tag, or a digest with its algorithm. */
  readonly reference: string;
  /** Of the URL itself; null if it has none. */
  readonly credentials: Credentials | null;
}

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** distribution-spec, "Pulling manifests". */
const repositoryPattern =
  /^[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*(?:\/[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*)*$/;
const tagPattern = /^[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}$/;
const digestPattern = /^(?:sha256:[a-f0-9]{64}|sha512:[a-f0-9]{128})$/;

export function isDigest(text: string): boolean {
  return digestPattern.test(text);
}

/**
 * Understands the URL of an image; without a tag it is `latest`.
 *
 * @throws {RailcarError} `usage`; no message repeats a password
 */
export function parseRemote(text: string): Remote {
  const shown = withoutCredentials(text);
  const refuse = (reason: string): never => {
    throw new RailcarError('usage', `cannot use "${shown}" as the URL of an image: ${reason}`, {
      hint: 'It is like https://registry.example/name:tag',
    });
  };
  const match = /^(https?):\/\/(?:([^/@]*)@)?([^/@]+)\/([^@]*?)(?:@(.*))?$/.exec(text);
  if (!match) return refuse('it has to be https://HOST/NAME:TAG, or http:// where that is wanted');
  const [, scheme, userinfo, host = '', path = '', digest] = match;
  const [, repository = '', tag = 'latest'] = /^(.*?)(?::([^/]*))?$/.exec(path) ?? [];
  if (!/^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9.-]+)(:\d+)?$/.test(host)) refuse(`"${host}" is no host`);
  if (!repositoryPattern.test(repository)) refuse(`"${repository}" is no name of a repository`);
  if (digest === undefined && !tagPattern.test(tag)) refuse(`"${tag}" is no tag`);
  if (digest !== undefined && !digestPattern.test(digest)) refuse(`"${digest}" is no digest`);
  return {
    origin: `${scheme}://${host}`,
    repository,
    reference: digest ?? tag,
    credentials: credentialsOf(userinfo, refuse),
  };
}

/** For messages and logs. */
export function withoutCredentials(url: string): string {
  return url.replace(/^([a-z+.-]+:\/\/)[^/]*@/i, '$1');
}

function credentialsOf(userinfo: string | undefined, refuse: (reason: string) => never): Credentials | null {
  if (userinfo === undefined || userinfo === '') return null;
  const at = userinfo.indexOf(':');
  const [user, password] = at < 0 ? [userinfo, ''] : [userinfo.slice(0, at), userinfo.slice(at + 1)];
  try {
    return { user: decodeURIComponent(user), password: decodeURIComponent(password) };
  } catch {
    // The message of URIError would be of no help, and the text is a secret.
    return refuse('its user or password has a "%" that begins no byte');
  }
}
