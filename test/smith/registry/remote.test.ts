import { describe, expect, test } from 'vitest';
import { parseChallenges } from '../../../src/smith/registry/challenge.ts';
import { parseRemote } from '../../../src/smith/registry/remote.ts';

describe('the URL of an image', () => {
  test.each([
    [
      'https://host/name',
      { origin: 'https://host', repository: 'name', reference: 'latest', credentials: null },
    ],
    [
      'http://127.0.0.1:5000/a/b:1.0',
      { origin: 'http://127.0.0.1:5000', repository: 'a/b', reference: '1.0', credentials: null },
    ],
    [
      'https://[::1]:5000/a',
      { origin: 'https://[::1]:5000', repository: 'a', reference: 'latest', credentials: null },
    ],
    [
      'https://me:p%40ss:word@host/a:t',
      {
        origin: 'https://host',
        repository: 'a',
        reference: 't',
        credentials: { user: 'me', password: 'p@ss:word' },
      },
    ],
    [
      `https://host/a@sha256:${'0'.repeat(64)}`,
      { origin: 'https://host', repository: 'a', reference: `sha256:${'0'.repeat(64)}`, credentials: null },
    ],
    [
      `https://host/a:tag@sha256:${'0'.repeat(64)}`,
      { origin: 'https://host', repository: 'a', reference: `sha256:${'0'.repeat(64)}`, credentials: null },
    ],
  ])('%s', (text, remote) => {
    expect(parseRemote(text)).toEqual(remote);
  });

  test.each([
    ['name:tag', 'it has to be https://HOST/NAME:TAG'],
    ['https://host', 'it has to be https://HOST/NAME:TAG'],
    ['ftp://host/a', 'it has to be https://HOST/NAME:TAG'],
    ['https://host/A', '"A" is no name of a repository'],
    ['https://host/a/../b', '"a/../b" is no name of a repository'],
    ['https://host/a:', '"" is no tag'],
    ['https://host/a:b c', '"b c" is no tag'],
    ['https://host/a@sha256:12', '"sha256:12" is no digest'],
    ['https://ho st/a', '"ho st" is no host'],
    ['https://me:p%zz@host/a', 'its user or password has a "%" that begins no byte'],
  ])('%s is refused', (text, reason) => {
    expect(() => parseRemote(text)).toThrow(reason);
  });

  test('no message repeats a password', () => {
    expect(() => parseRemote('https://me:secret@host/A')).toThrow(/^(?!.*secret).*"https:\/\/host\/A"/);
  });
});

describe('a challenge', () => {
  test.each([
    ['Basic realm="x"', [['basic', { realm: 'x' }]]],
    [
      'Bearer realm="https://a/b",service="a b, c",scope="repository:n:pull,push"',
      [['bearer', { realm: 'https://a/b', service: 'a b, c', scope: 'repository:n:pull,push' }]],
    ],
    [
      'Bearer realm = "a" , error=insufficient_scope',
      [['bearer', { realm: 'a', error: 'insufficient_scope' }]],
    ],
    [
      'Negotiate, Basic realm="a \\"b\\""',
      [
        ['negotiate', {}],
        ['basic', { realm: 'a "b"' }],
      ],
    ],
    ['', []],
    ['Bearer realm="never ends', [['bearer', {}]]],
    ['"', []],
  ])('%s', (header, expected) => {
    const seen = parseChallenges(header).map(({ scheme, parameters }) => [
      scheme,
      Object.fromEntries(parameters),
    ]);
    expect(seen).toEqual(expected);
  });
});
