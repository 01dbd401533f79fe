import { expect, test } from 'vitest';
import { resctrlOf } from '../../src/lifecycle/resctrl.ts';
import { Recorder } from '../execute/recorder.ts';

const mountinfo =
  '30 20 0:26 / /sys rw - sysfs sysfs rw\n31 30 0:27 / /sys/fs/resctrl rw - resctrl resctrl rw\n';

test('is looked for only if it is asked for', async () => {
  const hands = new Recorder({});
  expect(await resctrlOf(undefined, 'web', mountinfo, hands)).toBeNull();
  expect(hands.batches).toHaveLength(0);
  expect(await resctrlOf({}, 'web', '30 20 0:26 / /sys rw - sysfs sysfs rw\n', hands)).toBeNull();
});

test('the class of the container, if there is one', async () => {
  const hands = new Recorder({ files: { '/sys/fs/resctrl/gold/schemata': 'L3:0=f\n' } });
  const mountPoint = '/sys/fs/resctrl';
  expect(await resctrlOf({ closID: 'gold' }, 'web', mountinfo, hands)).toEqual({
    mountPoint,
    schemata: 'L3:0=f',
  });
  expect(await resctrlOf({}, 'web', mountinfo, hands)).toEqual({ mountPoint, schemata: null });
});
