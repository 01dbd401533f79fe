import { expect, test } from 'vitest';
import { rehearse } from '../src/warm-up.ts';

test('every rehearsed command succeeds: a failing one would warm up the path of errors', async () => {
  for (const finish of await rehearse())
    expect(finish).toBeOneOf([null, expect.objectContaining({ code: 0 })]);
});
