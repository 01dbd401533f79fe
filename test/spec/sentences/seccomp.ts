import { live, refused, section, unit } from '../sentence.ts';

const seccomp = section('config-linux.md#configLinuxSeccomp');
const state = section('config-linux.md#containerprocessstate');

const told = live('seccomp', 'SCMP_ACT_NOTIFY: a listener decides, and is told whose calls they are');

/** Seccomp, with its listener. */
export const seccompSentences = [
  seccomp.must(
    'an errno for an action that has none is an error',
    [
      refused(
        'linux.seccomp.defaultErrnoRet: SCMP_ACT_ALLOW has no errno; only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have',
      ),
      refused(
        'linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_KILL has no errno; only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have',
      ),
      refused(
        'linux.seccomp.syscalls[0].errnoRet: SCMP_ACT_LOG has no errno; only SCMP_ACT_ERRNO and SCMP_ACT_TRACE have',
      ),
    ],
    { words: 2 },
  ),
  seccomp.must('the listener is a stream socket of the Unix domain', [told]),
  seccomp.must('it is sent exactly one state a connection', [
    told,
    live('seccomp', 'SCMP_ACT_NOTIFY: exec has a listener of its own'),
  ]),
  seccomp.mustNot('the connection is closed and not used again', [told], { words: 2 }),
  seccomp.must('if it cannot be sent, that is an error', [
    live('seccomp', 'SCMP_ACT_NOTIFY without anyone who listens fails, names the path and leaves nothing'),
  ]),
  seccomp.mustNot('metadata without a listener is an error', [
    refused('linux.seccomp.listenerMetadata: needs a listenerPath'),
  ]),
  seccomp.must('a rule names a system call', [
    refused('linux.seccomp.syscalls[0].names: must name at least one system call'),
  ]),
  state.must('the state is JSON, the descriptors come by SCM_RIGHTS', [told], { words: 2 }),
  state.must('descriptors come with the first message only', [told], { note: 'there is one message' }),
  state.required('it has ociVersion, pid as the runtime sees it, and the container’s state', [
    told,
    live('seccomp', 'SCMP_ACT_NOTIFY: the pid is the one that the caller sees'),
    unit('plan/listener', 'the listener is sent with the container process state'),
  ]),
];
