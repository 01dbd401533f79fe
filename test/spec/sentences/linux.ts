import { golden, live, processSuite, refusalSuite, refused, section, unit } from '../sentence.ts';

const files = section('config-linux.md#configLinuxDefaultFilesystems');
const namespaces = section('config-linux.md#configLinuxNamespaces');
const mappings = section('config-linux.md#configLinuxUserNamespaceMappings');
const devices = section('config-linux.md#configLinuxDevices');
const defaults = section('config-linux.md#configLinuxDefaultDevices');
const network = section('config-linux.md#configLinuxNetworkDevices');
const networkEnd = section(
  'config-linux.md#configLinuxNetworkDevices/Namespace Lifecycle and Container Termination',
);
const masked = section('config-linux.md#configLinuxMaskedPaths');
const readonly = section('config-linux.md#configLinuxReadonlyPaths');

/** config-linux.md without cgroups, resctrl and seccomp. */
export const linuxSentences = [
  files.should(
    '/proc, /sys, /dev/pts and /dev/shm are there',
    [
      unit('cli/format/format', 'the default has the file systems of Linux'),
      live('run', 'an empty root file system without /proc and /dev'),
    ],
    {
      note: 'not followed beyond `railcar spec`, which lists them: a container has the mounts that config.json names and no other, so that leaving one out is possible; engines name them all',
    },
  ),
  namespaces.should('all eight kinds are supported', [
    live('features', 'features: every namespace that is claimed can be new'),
    unit('features/features', 'names all six hooks, eight namespaces and every capability'),
  ]),
  namespaces.must('a path is absolute', [
    refused('linux.namespaces[0].path: must be an absolute path, not "x"'),
  ]),
  namespaces.must('the process is in the namespace of the path', [
    processSuite('a namespace by its path is joined'),
    ...['ipc', 'mount', 'network', 'pid', 'time', 'user', 'uts'].map((kind) => golden(`join-${kind}`)),
    golden('join-cgroup'),
  ]),
  namespaces.must('a namespace of another kind is an error', [
    refusalSuite('a namespace of another kind at the path is an error'),
  ]),
  namespaces.must('without a path it is a new one', [
    processSuite("every new namespace is another than the host's"),
  ]),
  namespaces.must('a kind that is not listed is the caller’s', [
    processSuite("a namespace that is not listed is the caller's"),
    golden('namespace-none'),
  ]),
  namespaces.must('the same kind twice is an error', [
    refused('linux.namespaces[1]: names the pid namespace a second time'),
    refusalSuite('the same kind of namespace twice is an error'),
  ]),
  mappings.shouldNot('owners of files are not changed for the sake of mappings', [
    live('mounts', 'mappings change the owner of no file'),
  ]),
  devices.must('devices are there', [
    processSuite('a device of config.json, with mode and owner'),
    golden('device-character'),
    golden('device-block'),
    golden('device-fifo'),
    golden('device-outside-dev'),
    golden('device-user-namespace'),
    live('mounts', 'a device that a /dev of the host lacks is an error'),
  ]),
  devices.must('another file at the path is an error', [
    refusalSuite('a device where something else is already is an error'),
    live('mounts', 'a device that lies at the path already, and is another'),
  ]),
  devices.shouldNot(
    'one device is not listed twice',
    [unit('config/lint', 'what a run does not complain of', 'is a second device of the numbers c 1:3')],
    { note: 'binds the author: `lint` warns, and both are made' },
  ),
  defaults.must(
    'null, zero, full, random, urandom, tty, ptmx and, with a terminal, console are there',
    [
      golden('default-devices'),
      golden('terminal'),
      processSuite('default devices and links'),
      unit('plan/devices', 'those that every container has'),
    ],
    { note: 'a /dev that config.json binds is left as it is, since it belongs to the host' },
  ),
  network.must('devices of the host are moved into the container', [
    golden('net-devices'),
    live('network', 'a device gets another name, and leaves the host'),
  ]),
  network.must('whether one can be moved is looked at first', [
    live('network', 'a device that is not there, or whose name is taken, is named'),
  ]),
  network.must('a name that is taken inside is an error', [
    live('network', 'a device that is not there, or whose name is taken, is named'),
    refused('linux.netDevices.eth1: gives a second device the name "a"'),
  ]),
  network.must('a name that ends in %d is never taken', [
    live('network', 'names that end in %d are numbered'),
    unit('config/load', 'network devices may share a name that is numbered'),
  ]),
  network.must('attributes and permanent global addresses stay', [
    live('network', 'a device moves with its name, addresses, MTU and hardware address, and is up'),
  ]),
  network.must('a moved device is up', [
    live('network', 'a device moves with its name, addresses, MTU and hardware address, and is up'),
  ]),
  networkEnd.mustNot(
    'the runtime does nothing to it afterwards, and does not take it back',
    [
      live('network', 'a device gets another name, and leaves the host'),
      unit('plan/netDevices', 'nothing of a device is undone when the container ends'),
    ],
    { words: 2 },
  ),
  masked.must('masked paths are absolute', [
    refused('linux.maskedPaths[0]: must be an absolute path, not "x"'),
    processSuite('masked and read-only paths'),
  ]),
  readonly.must('read-only paths are absolute', [
    refused('linux.readonlyPaths[0]: must be an absolute path, not "x"'),
    golden('readonly-paths'),
  ]),
];
