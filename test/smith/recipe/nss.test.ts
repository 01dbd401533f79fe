import { describe, expect, test } from 'vitest';
import { identityOf } from '../../../src/smith/recipe/identity.ts';
import { nssFiles } from '../../../src/smith/recipe/nss.ts';
import type { Recipe } from '../../../src/smith/recipe/schema.ts';

describe('the user of an image', () => {
  const cases: readonly (readonly [Recipe, string, number, number, string, string, boolean])[] = [
    [{}, '10:10', 10, 10, 'smith', 'smith', false],
    [{ root: true }, '0:0', 0, 0, 'root', 'root', false],
    [{ user: '1000' }, '1000', 1000, 1000, 'smith', 'smith', false],
    [{ user: '1000:50' }, '1000:50', 1000, 50, 'smith', 'smith', false],
    [{ user: 'web' }, 'web', 10, 10, 'web', 'web', true],
    [{ user: 'web:www' }, 'web:www', 10, 10, 'web', 'www', true],
    [{ user: '33:www' }, '33:www', 33, 33, 'smith', 'www', true],
    [{ user: 'web:33' }, 'web:33', 10, 33, 'web', 'web', true],
    [{ user: '0' }, '0', 0, 0, 'root', 'root', false],
    [{ user: '0:10' }, '0:10', 0, 10, 'root', 'smith', false],
  ];
  test.each(cases)('%j', (recipe, configured, uid, gid, name, group, needsNames) => {
    expect(identityOf(recipe)).toEqual({ configured, uid, gid, name, group, groups: [], needsNames });
  });

  test('has further groups, numbered after its own', () => {
    expect(identityOf({ user: 'web:20', groups: ['video', 'audio'] })).toMatchObject({
      groups: [
        { name: 'video', gid: 21 },
        { name: 'audio', gid: 22 },
      ],
      needsNames: true,
    });
  });
});

describe('passwd and group', () => {
  const files = (recipe: Recipe) => nssFiles(identityOf(recipe));

  test('have seven and four fields and end their lines', () => {
    const { '/etc/passwd': passwd, '/etc/group': group } = files({ user: 'web:www', groups: ['video'] });
    for (const [text, fields] of [
      [passwd, 7],
      [group, 4],
    ] as const) {
      expect(text.endsWith('\n')).toBe(true);
      for (const line of text.trimEnd().split('\n')) expect(line.split(':')).toHaveLength(fields);
    }
    expect(passwd).toContain('\nweb:x:10:10:web:/write:/sbin/nologin\n');
    expect(group).toContain('\nwww:x:10:\nvideo:x:11:web\n');
  });

  test("the group's number is the group's", () => {
    expect(files({ user: 'web:33' })['/etc/passwd']).toContain('web:x:10:33:web:');
  });

  test('name root once', () => {
    expect(files({ root: true })['/etc/passwd'].match(/^root:/gm)).toHaveLength(1);
    expect(files({ root: true })['/etc/group'].match(/^root:/gm)).toHaveLength(1);
  });
});
