import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { digestOf } from '../../../src/smith/image/digest.ts';
import { attach, referrers } from '../../../src/smith/registry/referrers.ts';
import { Registry } from '../../../src/smith/registry/registry.ts';
import { parseRemote } from '../../../src/smith/registry/remote.ts';
import { type ServerOptions, TestRegistry } from './server.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const environment: NodeJS.ProcessEnv = {};
let server: TestRegistry;
let registry: Registry;
let lines: string[];

async function serve(options: ServerOptions = {}, user = ''): Promise<string> {
  server = new TestRegistry(options);
  const host = await server.listen();
  lines = [];
  registry = new Registry(parseRemote(`http://${user}${host}/my/repo`), {
    insecure: false,
    environment,
    log: (line) => lines.push(line),
    patience: 1,
  });
  return host;
}

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'railcar-registry-'));
  environment.DOCKER_CONFIG = folder;
  environment.HOME = folder;
  environment.PATH = `${folder}:${process.env.PATH}`;
});
afterEach(async () => {
  registry.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

const descriptor = (bytes: Buffer) => ({ mediaType: 'x/y', digest: digestOf(bytes), size: bytes.length });
const source = (bytes: Buffer) => ({
  stream: (start: number, end: number) => Readable.from([bytes.subarray(start, end)], { objectMode: false }),
});
const push = (bytes: Buffer, options = {}) => registry.pushBlob(descriptor(bytes), source(bytes), options);

async function pull(digest: string, size: number): Promise<string> {
  return text(registry.blob({ mediaType: 'x/y', digest, size }));
}

/** The connection is closed after so many bytes of the body that is sent back. */
const breakAfter =
  (count: number, digest: string) => (_: unknown, response: import('node:http').ServerResponse) => {
    const bytes = server.blobs.get(digest) ?? Buffer.alloc(0);
    response.writeHead(200, { 'Content-Length': bytes.length });
    response.write(bytes.subarray(0, count), () => response.destroy());
    return true;
  };

describe('pull', () => {
  test('a manifest by tag and by digest', async () => {
    await serve();
    await registry.pushManifest('v1', Buffer.from('{}'), MANIFEST);
    const manifest = await registry.manifest('v1');
    expect(manifest.mediaType).toBe(MANIFEST);
    expect((await registry.manifest(manifest.digest)).bytes.toString()).toBe('{}');
  });

  test('what is not there is said in the words of the registry', async () => {
    await serve();
    await expect(registry.manifest('v1')).rejects.toThrow(
      'cannot pull "my/repo:v1": the registry says: manifest unknown (404 Not Found)',
    );
  });

  test('a manifest with another digest is refused', async () => {
    await serve();
    const digest = digestOf(Buffer.from('{}'));
    server.manifests.set(digest, { bytes: Buffer.from('{ }'), type: MANIFEST });
    await expect(registry.manifest(digest)).rejects.toThrow(
      /the digest of what the registry sends is sha256:\w+, not/,
    );
  });

  test('a blob, over several connections where one breaks off', async () => {
    await serve();
    const digest = server.put('0123456789');
    server.faults.push(breakAfter(4, digest));
    expect(await pull(digest, 10)).toBe('0123456789');
    expect(server.log).toHaveLength(2);
  });

  test('also from a registry that knows no ranges', async () => {
    await serve();
    const digest = server.put('0123456789');
    server.faults.push(breakAfter(4, digest), (request) => {
      delete request.headers.range;
      return false;
    });
    expect(await pull(digest, 10)).toBe('0123456789');
  });

  test('a blob that never comes whole ends', async () => {
    await serve();
    const digest = server.put('0123456789');
    for (let i = 0; i < 40; i++) server.faults.push(breakAfter(0, digest));
    await expect(pull(digest, 10)).rejects.toThrow(/cannot pull blob .*: it breaks off after 0 of 10 bytes/);
  });

  test.each([
    ['another', '0123456780', /its digest is sha256:/],
    ['a longer', '0123456789x', /it is longer than the 10 bytes/],
  ])('%s blob is refused', async (_, sent, message) => {
    await serve();
    const digest = digestOf(Buffer.from('0123456789'));
    server.blobs.set(digest, Buffer.from(sent));
    await expect(pull(digest, 10)).rejects.toThrow(message);
  });

  test('a shorter blob is refused', async () => {
    await serve();
    const digest = digestOf(Buffer.from('0123456789'));
    server.blobs.set(digest, Buffer.from('012345'));
    for (let i = 0; i < 9; i++) {
      server.faults.push((request) => {
        delete request.headers.range;
        return false;
      });
    }
    await expect(pull(digest, 10)).rejects.toThrow(/it has only 6 of the 10 bytes/);
  });

  test('an empty blob is one', async () => {
    await serve();
    expect(await pull(server.put(''), 0)).toBe('');
  });

  test('what may pass is tried again', async () => {
    await serve();
    const digest = server.put('x');
    const busy = (status: number) => (_: unknown, response: import('node:http').ServerResponse) => {
      response.writeHead(status).end();
      return true;
    };
    server.faults.push(busy(503), busy(429), (request) => {
      request.destroy();
      return true;
    });
    expect(await pull(digest, 1)).toBe('x');
    server.faults.push(...Array.from({ length: 5 }, () => busy(503)));
    await expect(pull(digest, 1)).rejects.toThrow('the registry says: 503 Service Unavailable');
  });

  test('a redirection is followed, without the credentials', async () => {
    await serve({ auth: 'basic' }, 'user:pass%20word@');
    const other = new TestRegistry();
    const elsewhere = await other.listen();
    const digest = server.put('x');
    other.put('x');
    let seen: string | undefined = 'nothing';
    other.faults.push((request) => {
      seen = request.headers.authorization;
      return false;
    });
    const away = (_: unknown, response: import('node:http').ServerResponse) => {
      response.writeHead(307, { Location: `http://${elsewhere}/v2/x/blobs/${digest}` }).end();
      return true;
    };
    server.faults.push((_, __) => false, away);
    expect(await pull(digest, 1)).toBe('x');
    expect(seen).toBeUndefined();
    await other.close();
  });

  test('a registry that redirects for ever is left', async () => {
    const host = await serve();
    for (let i = 0; i < 9; i++) {
      server.faults.push((_, response) => {
        response.writeHead(302, { Location: `http://${host}/` }).end();
        return true;
      });
    }
    await expect(registry.manifest('a')).rejects.toThrow('too many redirections');
  });

  test('a registry that is not there, and one without TLS', async () => {
    const host = await serve();
    const options = { insecure: false, environment, log: () => {}, patience: 1 };
    const absent = new Registry(parseRemote('http://127.0.0.1:1/a'), options);
    await expect(absent.manifest('b')).rejects.toThrow(/cannot pull "a:b": "127.0.0.1:1": .*ECONNREFUSED/);
    const plain = new Registry(parseRemote(`https://${host}/a`), options);
    await expect(plain.manifest('b')).rejects.toMatchObject({
      code: 'registry-unreachable',
      hint: 'A registry without TLS has to be asked for with http://',
    });
  });
});

describe('push', () => {
  test('a blob, once', async () => {
    await serve();
    expect(await push(Buffer.from('abc'))).toBe('sent');
    expect(server.blobs.get(digestOf(Buffer.from('abc')))?.toString()).toBe('abc');
    expect(server.log).toEqual([
      expect.stringMatching(/^HEAD \/v2\/my\/repo\/blobs\/sha256:/),
      'POST /v2/my/repo/blobs/uploads/',
      'PUT /v2/my/repo/blobs/uploads/ID?state=a+b&digest=DIGEST',
    ]);
    expect(await push(Buffer.from('abc'))).toBe('there');
  });

  test('a blob that another repository has is mounted', async () => {
    await serve();
    const digest = server.put('abc');
    server.faults.push((_, response) => {
      response.writeHead(404).end();
      return true;
    });
    expect(await push(Buffer.from('abc'), { from: 'base' })).toBe('mounted');
    expect(server.log[1]).toBe('POST /v2/my/repo/blobs/uploads/?mount=DIGEST&from=base');
    expect(server.blobs.has(digest)).toBe(true);
    // And where it does not, it is sent.
    expect(await push(Buffer.from('abcd'), { from: 'base' })).toBe('sent');
  });

  test('a large one in pieces, as large as the registry wants them', async () => {
    await serve({ minimum: 4 });
    const seen: number[] = [];
    await push(Buffer.from('0123456789'), { chunk: 2, progress: (sent: number) => seen.push(sent) });
    expect(server.log.slice(2).map((line) => line.split(' ')[0])).toEqual(['PATCH', 'PATCH', 'PUT']);
    expect(seen).toEqual([4, 8, 10]);
  });

  test('one that breaks off goes on where it was', async () => {
    await serve();
    server.faults.push(
      () => false,
      () => false,
      () => false,
      // The second piece: half of it arrives.
      (request) => {
        request.headers['content-range'] = '4-5';
        const all = request[Symbol.asyncIterator].bind(request);
        request[Symbol.asyncIterator] = async function* () {
          for await (const part of all()) {
            yield (part as Buffer).subarray(0, 2);
            request.destroy();
            throw new Error('gone');
          }
        } as typeof all;
        return false;
      },
    );
    expect(await push(Buffer.from('0123456789'), { chunk: 4 })).toBe('sent');
    expect(server.blobs.get(digestOf(Buffer.from('0123456789')))?.toString()).toBe('0123456789');
    expect(server.log.map((line) => line.split(' ')[0]).join(' ')).toBe('HEAD POST PATCH PATCH HEAD GET PUT');
  });

  test('a registry that stores something else is not believed', async () => {
    await serve();
    server.faults.push((_, response) => {
      response.writeHead(201, { 'Docker-Content-Digest': digestOf(Buffer.from('other')) }).end();
      return true;
    });
    await expect(registry.pushManifest('a', Buffer.from('{}'), MANIFEST)).rejects.toThrow(
      'has stored sha256:',
    );
  });
});

describe('credentials', () => {
  const bytes = Buffer.from('abc');

  test.each(['basic', 'token', 'access_token'] as const)('%s, of the URL', async (auth) => {
    await serve({ auth }, 'user:pass%20word@');
    expect(await push(bytes)).toBe('sent');
    expect(lines.join()).not.toMatch(/pass|secret/);
  });

  test('are good for several requests at once', async () => {
    await serve({ auth: 'token' }, 'user:pass%20word@');
    const texts = ['a', 'b', 'c', 'd'].map((text) => Buffer.from(text));
    expect(await Promise.all(texts.map((one) => push(one)))).toEqual(['sent', 'sent', 'sent', 'sent']);
  });

  test('wrong ones are not asked for twice', async () => {
    await serve({ auth: 'basic' }, 'user:wrong@');
    await expect(push(bytes)).rejects.toThrow(/cannot push blob .*: the registry says: 401 Unauthorized/);
    expect(server.log).toHaveLength(2);
  });

  test('a service for tokens that refuses', async () => {
    await serve({ auth: 'token' }, 'user:wrong@');
    await expect(push(bytes)).rejects.toThrow(/cannot get a token of "http:.*": it answers 401/);
  });

  test("of docker's configuration", async () => {
    const host = await serve({ auth: 'token' });
    writeFileSync(
      join(folder, 'config.json'),
      JSON.stringify({ auths: { [host]: { auth: btoa('user:pass word') } } }),
    );
    expect(await push(bytes)).toBe('sent');
  });

  test('of a helper', async () => {
    const host = await serve({ auth: 'basic' });
    const helper = join(folder, 'docker-credential-test');
    writeFileSync(
      helper,
      `#!/bin/sh\nread host\n[ "$1 $host" = "get ${host}" ] && echo '{"Username":"user","Secret":"pass word"}'`,
    );
    chmodSync(helper, 0o755);
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ credsStore: 'test' }));
    expect(await push(bytes)).toBe('sent');
  });

  test('a helper that is not there, and one with a path for a name', async () => {
    const host = await serve({ auth: 'basic' });
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ credHelpers: { [host]: 'absent' } }));
    await expect(push(bytes)).rejects.toThrow(
      'cannot ask "docker-credential-absent" for credentials: it is not installed',
    );
    writeFileSync(join(folder, 'config.json'), JSON.stringify({ credHelpers: { [host]: '../x' } }));
    await expect(push(bytes)).rejects.toThrow('"../x" is no name of a credential helper');
  });

  test('a configuration that is none does not end in the message', async () => {
    await serve({ auth: 'basic' });
    writeFileSync(join(folder, 'config.json'), '{"auths": secret');
    await expect(push(bytes)).rejects.toThrow(/config.json: is not JSON$/);
  });
});

describe.each([true, false])('referrers, known to the registry: %s', (known) => {
  test('are attached and listed', async () => {
    await serve({ referrers: known });
    const subject = digestOf(Buffer.from('{"an":"image"}'));
    for (const [index, artifactType] of ['a/sbom', 'a/signature'].entries()) {
      const bytes = Buffer.from(JSON.stringify({ artifactType, index, subject: { digest: subject } }));
      const referrer = { mediaType: MANIFEST, digest: digestOf(bytes), size: bytes.length, artifactType };
      await attach(registry, subject, referrer, bytes);
      await attach(registry, subject, referrer, bytes);
    }
    expect((await referrers(registry, subject)).map(({ artifactType }) => artifactType)).toEqual([
      'a/sbom',
      'a/signature',
    ]);
    expect(await referrers(registry, subject, 'a/sbom')).toHaveLength(1);
    expect(await referrers(registry, digestOf(Buffer.from('other')))).toEqual([]);
  });
});
