import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import * as z from 'zod/mini';
import { RailcarError } from '../../errors.ts';
import type { Credentials } from './remote.ts';

/** What is known of somebody at a registry: a name and a password, or a token that a login left (OAuth2). */
export type Known = Credentials | { readonly identityToken: string };

const configSchema = z.object({
  auths: z.optional(
    z.record(
      z.string(),
      z.object({
        auth: z.optional(z.string()),
        username: z.optional(z.string()),
        password: z.optional(z.string()),
        identitytoken: z.optional(z.string()),
      }),
    ),
  ),
  credsStore: z.optional(z.string()),
  credHelpers: z.optional(z.record(z.string(), z.string())),
});
type Config = z.infer<typeof configSchema>;

/** Docker Hub's, under which Docker keeps it. */
const hub = 'https://index.docker.io/v1/';
const helperSchema = z.object({ Username: z.string(), Secret: z.string() });

/**
 * What `docker login`, `podman login` or a credential helper knows of a registry. Null: nothing, or there is no
 * configuration. `environment` decides where it is ($DOCKER_CONFIG, $REGISTRY_AUTH_FILE).
 *
 * @throws {RailcarError} `config-syntax`, `config-invalid` for a file that is not as it should be; `operation-failed` for a helper
 */
export async function credentialsFor(host: string, environment: NodeJS.ProcessEnv): Promise<Known | null> {
  for (const file of places(environment)) {
    const config = await readConfig(file);
    const known = config && (await lookUp(config, host, environment));
    if (known) return known;
  }
  return null;
}

function places(environment: NodeJS.ProcessEnv): string[] {
  const { DOCKER_CONFIG, REGISTRY_AUTH_FILE, XDG_RUNTIME_DIR, HOME } = environment;
  return [
    ...(REGISTRY_AUTH_FILE ? [REGISTRY_AUTH_FILE] : []),
    join(DOCKER_CONFIG || join(HOME || homedir(), '.docker'), 'config.json'),
    ...(XDG_RUNTIME_DIR ? [join(XDG_RUNTIME_DIR, 'containers/auth.json')] : []),
  ];
}

async function readConfig(file: string): Promise<Config | null> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return null;
    throw new RailcarError('config-unreadable', `cannot read "${file}": ${error.code}`, { cause: error });
  });
  if (text === null) return null;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Not the parser's message, which quotes what is around the mistake: it may be a password.
    throw new RailcarError('config-syntax', 'is not JSON', { file });
  }
  const result = configSchema.safeParse(value);
  if (result.success) return result.data;
  const path = result.error.issues[0]?.path.join('.') ?? '';
  throw new RailcarError('config-invalid', `"${path}" is not as Docker writes it`, { file });
}

/** The most specific first: a helper for the registry, what the file itself has, the helper for all. */
async function lookUp(config: Config, host: string, environment: NodeJS.ProcessEnv): Promise<Known | null> {
  const names = namesOf(host);
  for (const name of names) {
    const helper = config.credHelpers?.[name];
    const known = helper === undefined ? null : await askHelper(helper, name, environment);
    if (known) return known;
  }
  for (const name of names) {
    const entry = config.auths?.[name];
    if (entry?.identitytoken) return { identityToken: entry.identitytoken };
    if (entry?.auth) return decode(entry.auth);
    if (entry?.username !== undefined && entry.password !== undefined) {
      return { user: entry.username, password: entry.password };
    }
  }
  if (!config.credsStore) return null;
  for (const name of names) {
    const known = await askHelper(config.credsStore, name, environment);
    if (known) return known;
  }
  return null;
}

function namesOf(host: string): string[] {
  const names = [host, `https://${host}`, `http://${host}`, `https://${host}/v1/`, `https://${host}/v2/`];
  return /^(registry-1\.|index\.)?docker\.io$/.test(host) ? [hub, 'docker.io', ...names] : names;
}

function decode(auth: string): Credentials | null {
  const text = Buffer.from(auth, 'base64').toString('utf8');
  const at = text.indexOf(':');
  return at < 0 ? null : { user: text.slice(0, at), password: text.slice(at + 1).replace(/\0+$/, '') };
}

/** The protocol of docker-credential-helpers: the registry on standard input, JSON back. */
function askHelper(helper: string, name: string, environment: NodeJS.ProcessEnv): Promise<Known | null> {
  const program = `docker-credential-${helper}`;
  if (!/^[A-Za-z0-9._-]+$/.test(helper)) {
    throw new RailcarError('config-invalid', `"${helper}" is no name of a credential helper`);
  }
  return new Promise((resolve, reject) => {
    const child = execFile(program, ['get'], { env: environment, timeout: 30_000 }, (error, stdout) => {
      if (error && /credentials not found/i.test(stdout)) return resolve(null);
      if (error) {
        const reason =
          (error as NodeJS.ErrnoException).code === 'ENOENT'
            ? 'it is not installed'
            : stdout.trim() || error.message;
        return reject(
          new RailcarError('operation-failed', `cannot ask "${program}" for credentials: ${reason}`),
        );
      }
      const result = helperSchema.safeParse(parsed(stdout));
      if (!result.success) {
        return reject(
          new RailcarError(
            'operation-failed',
            `cannot ask "${program}" for credentials: it answers with no JSON of a user and a secret`,
          ),
        );
      }
      const { Username: user, Secret: password } = result.data;
      resolve(user === '<token>' ? { identityToken: password } : { user, password });
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end(name);
  });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
