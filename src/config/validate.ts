import type { Config, Spec } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';
import { validateHooks } from './validate-hooks.ts';
import { validateLinux } from './validate-linux.ts';
import { validateProcess } from './validate-process.ts';

/**
 * What the types do not say. Everything that is wrong is found, not only what comes first. Null if the file describes no
 * container that could be run: there is a problem then.
 */
export function validateConfig(spec: Spec, findings: Findings): Config | null {
  validateVersion(spec, findings);
  refuseOtherPlatforms(spec, findings);
  if (spec.root === undefined) findings.problem('root', 'is missing');
  if (spec.root?.path === '') findings.problem('root.path', 'must not be empty');
  if (spec.process === undefined) findings.problem('process', 'is missing');
  const process = spec.process === undefined ? null : validateProcess(spec.process, 'process', findings);
  validateMounts(spec, findings);
  validateHooks(spec.hooks ?? {}, findings);
  validateAnnotations(spec, findings);
  validateLinux(spec, findings);
  return process === null || spec.root === undefined ? null : { ...spec, process, root: spec.root };
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
  for (const platform of ['solaris', 'windows', 'zos', 'freebsd'] as const) {
    if (spec[platform] !== undefined) findings.warn(platform, 'is for another platform and ignored');
  }
}

function validateMounts({ mounts = [] }: Spec, findings: Findings): void {
  for (const [index, { destination, uidMappings = [], gidMappings = [] }] of mounts.entries()) {
    const path = childPath('mounts', index);
    if (destination === '') findings.problem(`${path}.destination`, 'must not be empty');
    if ((uidMappings.length === 0) !== (gidMappings.length === 0)) {
      findings.problem(path, 'must have both uidMappings and gidMappings or neither');
    }
  }
}

function validateAnnotations({ annotations = {} }: Spec, findings: Findings): void {
  if (Object.hasOwn(annotations, '')) findings.problem('annotations[""]', 'a key must not be empty');
}
