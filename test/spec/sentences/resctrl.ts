import { refused, section, unit } from '../sentence.ts';

const { must, mustNot, should, shouldNot } = section('config-linux.md#configLinuxIntelRdt');
const plan = (title: string) => unit('plan/intelRdt', title);

const own = plan('without a class of its own a container has one by its id, which is removed with it');
const named = plan('a class that is only named must exist');
const there = plan('a class that exists is joined, stays, and must be what is asked for');
const monitoring = plan('monitoring has a group of its own inside the class');

/** IntelRdt. No machine at hand has it: these are tests of the plan. */
export const resctrlSentences = [
  must('the process is in the tasks of its class', [
    plan('the process is in its class before it may become the user’s'),
    own,
  ]),
  must('without a mounted resctrl it is an error', [
    plan('a host without resctrl is refused, and resctrl named'),
  ]),
  mustNot('without intelRdt nothing is done to resctrl', [
    plan('without intelRdt nothing is done to resctrl'),
    unit('lifecycle/resctrl', 'is looked for only if it is asked for'),
  ]),
  must('closID "/" is the default class', [plan('the class "/" is the root’s')]),
  should('l3CacheSchema begins with "L3:"', [
    unit('config/lint', 'what a run does not complain of', 'should begin with'),
  ]),
  shouldNot('l3CacheSchema has no newlines', [
    unit('config/lint', 'what a run does not complain of', 'should be one line'),
  ]),
  must('memBwSchema begins with "MB:"', [
    refused('linux.intelRdt.memBwSchema: must be one line that begins with "MB:"'),
  ]),
  mustNot('memBwSchema has no newlines', [
    refused('linux.intelRdt.memBwSchema: must be one line that begins with "MB:"'),
  ]),
  mustNot('no element of schemata has newlines', [refused('linux.intelRdt.schemata[0]: must be one line')]),
  must('the rules are applied', [own, named, there]),
  must('both schemas are written, l3CacheSchema first', [own, plan('schemata come last')], { words: 2 }),
  must('either schema is written', [plan('either schema alone is written')]),
  must('schemata are written, last', [plan('schemata come last')]),
  mustNot('without a schema nothing is written to one', [plan('without a schema nothing is written to one')]),
  must('without closID the class is made, by the container’s id', [own]),
  must('a named class with schemas is made if it is missing', [
    plan('a class that is named and has schemas is made if it is missing'),
  ]),
  must('one that is there has to have these schemas, else it is an error', [there]),
  must('a class that is only named has to be there, is joined, and is an error if it is not', [named], {
    words: 2,
  }),
  must('a class that was made for the container goes with it', [own]),
  mustNot('a named class stays', [
    there,
    plan('a class that is named and has schemas is made if it is missing'),
  ]),
  must('enableMonitoring makes a group, by the container’s id, in the class', [monitoring], { words: 2 }),
  must('the group goes with the container', [monitoring]),
  must('a group that cannot be made is an error', [monitoring]),
];
