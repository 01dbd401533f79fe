import { type Config, noProcess, type Process, type Spec } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';
import { validateHooks } from './validate-hooks.ts';
import { validateLinux } from './validate-linux.ts';
import { validateProcess } from './validate-process.ts';

const otherPlatforms = ['solaris', 'windows', 'zos', 'freebsd'] as const;

/**
 * What the types do not say. Everything that is wrong is found, not only what comes first. Null if the file describes no
 * container that could be run: there is a problem then.
 */
export function validateConfig(spec: Spec, findings: Findings): Config | null {
  validateVersion(spec, findings);
  refuseOtherPlatforms(spec, findings);
  if (spec.root === undefined) findings.problem('root', 'is missing');
  if (spec.root?.path === '') findings.problem('root.path', 'must not be empty');
  const process = validateOptionalProcess(spec, findings);
  validateMounts(spec.mounts ?? [], 'mounts', findings);
  validateHooks(spec.hooks ?? {}, findings);
  validateAnnotations(spec, findings);
  validateLinux(spec, findings);
  return process === null || spec.root === undefined ? null : { ...spec, process, root: spec.root };
}

/** Only `start` needs one. But a file that has nothing for Linux describes no container that could be created here. */
function validateOptionalProcess(spec: Spec, findings: Findings): Process | null {
  if (spec.process !== undefined) return validateProcess(spec.process, 'process', findings);
  const elsewhere = otherPlatforms.some((platform) => spec[platform] !== undefined);
  if (elsewhere && spec.linux === undefined) findings.problem('process', 'is missing');
  else findings.warn('process', 'is missing: the container can be created, but not started');
  return noProcess;
}

/** Versions before 1.0 had another format; 2.0 will have. Within 1.x a newer file may have keys that are unknown here. */
function validateVersion({ ociVersion }: Spec, findings: Findings): void {
  if (ociVersion.startsWith('1.')) return;
  findings.problem('ociVersion', `must be 1.0.0 or a later 1.x, not ${JSON.stringify(ociVersion)}`);
}

/** A section for virtual machines promises an isolation that a container does not have; the others are harmless. */
function refuseOtherPlatforms(spec: Spec, findings: Findings): void {
  if (spec.vm !== undefined) {
    findings.problem('vm', 'railcar does not run virtual machines', 'config-unsupported');
  }
  for (const platform of otherPlatforms) {
    if (spec[platform] !== undefined) findings.warn(platform, 'is for another platform and ignored');
  }
}

/** `path`: of the array in its file. */
export function validateMounts(mounts: NonNullable<Spec['mounts']>, path: string, findings: Findings): void {
  for (const [index, { destination, uidMappings = [], gidMappings = [] }] of mounts.entries()) {
    const own = childPath(path, index);
    if (destination === '') findings.problem(`${own}.destination`, 'must not be empty');
    if ((uidMappings.length === 0) !== (gidMappings.length === 0)) {
      findings.problem(own, 'must have both uidMappings and gidMappings or neither');
    }
  }
}

function validateAnnotations({ annotations = {} }: Spec, findings: Findings): void {
  if (Object.hasOwn(annotations, '')) findings.problem('annotations[""]', 'a key must not be empty');
}
