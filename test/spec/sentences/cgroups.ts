import { golden, lifecycleSuite, live, refused, section, unit } from '../sentence.ts';

const groups = section('config-linux.md#configLinuxControlGroups');
const path = section('config-linux.md#configLinuxCgroupsPath');
const owner = section('config-linux.md#configLinuxCgroupsPath/Cgroup ownership');
const devices = section('config-linux.md#configLinuxDeviceAllowedlist');
const memory = section('config-linux.md#configLinuxMemory');
const cpu = section('config-linux.md#configLinuxCPU');
const block = section('config-linux.md#configLinuxBlockIO');
const pids = section('config-linux.md#configLinuxPIDS');
const rdma = section('config-linux.md#configLinuxRDMA');
const unified = section('config-linux.md#configLinuxUnified');

const own = (title: string, row?: string) => unit('plan/cgroupOwner', title, row);

/** Cgroups and limits of config-linux.md. */
export const cgroupSentences = [
  groups.must('a cgroup that is not fit for the container is an error', [
    live('concurrent', 'a frozen cgroup is refused'),
    live('concurrent', 'a cgroup that another container uses is refused and stays as it is'),
  ]),
  path.must('any path is absolute or relative', [golden('cgroup-path'), golden('cgroup-relative-path')]),
  path.must('an absolute one begins at the mount point', [golden('cgroup-path')]),
  path.must('the same path is the same place', [
    lifecycleSuite('the same cgroupsPath is the same place each time'),
  ]),
  path.must('a path that cannot be is an error', [
    unit('cgroups/paths', '%j is the root cgroup and refused'),
  ]),
  owner.shouldNot('on v1 owners stay', [own('of v1')]),
  owner.shouldNot('without a new cgroup namespace the owner stays', [
    own('%s', 'without a cgroup namespace'),
    own('%s', 'in a cgroup namespace that is joined'),
  ]),
  owner.should('the owner changes if and only if cgroups are mounted to be written', [
    own('the cgroup goes to the host id of the user who runs the process, with what the kernel lists'),
    own('%s', 'to what is mounted ro'),
    live('cgroup2', 'ownership: what is mounted ro stays the host’s'),
  ]),
  owner.shouldNot('without such a mount the owner stays', [own('%s', 'where nothing is mounted')]),
  owner.should('what changes is the directory and the files that the kernel lists', [
    own('the cgroup goes to the host id of the user who runs the process, with what the kernel lists'),
    live('cgroup2', 'ownership: the cgroup belongs to the user of the process, its limits do not'),
  ]),
  // Where a controller is missing, so are the files that the kernel lists of it.
  owner.mustNot(
    'a listed file that is not there is no failure, and the others change',
    [live('cgroup2', 'ownership: the cgroup belongs to the user of the process, its limits do not')],
    { words: 2 },
  ),
  owner.must('without the kernel’s list, three files', [own('a kernel that lists nothing')]),
  owner.shouldNot('no other file changes its owner', [
    live('cgroup2', 'ownership: the cgroup belongs to the user of the process, its limits do not'),
  ]),
  devices.must('rules are applied in their order', [
    unit('cgroups/devices', 'rules keep their order; -1 and a missing number are all numbers'),
    golden('cgroup-devices'),
  ]),
  memory.must(
    'with checkBeforeUpdate a limit below the usage is refused',
    [unit('lifecycle/update', 'memory.checkBeforeUpdate: on v2 a limit below what is in use is refused')],
    {
      note: 'on v1 the kernel refuses it',
    },
  ),
  cpu.must('quota is no smaller than burst', [golden('cgroup-cpu-burst')], {
    words: 2,
    note: 'binds the author; the kernel refuses it, and railcar says so',
  }),
  block.must('a device has a weight or a leaf weight', [
    refused('linux.resources.blockIO.weightDevice[0]: must have weight or leafWeight'),
  ]),
  pids.should('0 is a limit like others', [
    unit('cgroups/v1', 'no process at all is a limit of pids'),
    unit('cgroups/v2', 'no process at all is a limit of pids'),
    golden('cgroup-pids-none'),
  ]),
  rdma.must('an entry has handles or objects', [
    refused('linux.resources.rdma.mlx5: must have hcaHandles or hcaObjects'),
  ]),
  unified.must('controllers that are needed are enabled', [
    unit('cgroups/plan', 'each level above hands down what it does not hand down yet'),
  ]),
  unified.must('files that the runtime does not know are written', [
    unit('cgroups/v2', 'unified comes last, a write for each line'),
  ]),
  unified.must('a controller that is not there is an error', [
    unit('cgroups/plan', 'a missing controller is named, for unified as well'),
  ]),
  unified.must('what v2 has no counterpart of is an error', [
    unit('cgroups/v2', 'v1 networking is refused'),
    unit('cgroups/v1', 'unified is for v2 alone'),
  ]),
];
