import { RailcarError } from '../errors.ts';
import { invalid } from './check.ts';
import type { Config, HookKind, Hooks, Spec } from './config.ts';
import { childPath } from './path.ts';
import type { Positions } from './positions.ts';
import { validateLinux } from './validate-linux.ts';
import { validateProcess } from './validate-process.ts';

/** What the types do not say. The first fault in the order below is thrown. */
export function validateConfig(spec: Spec, positions: Positions, warnings: string[]): Config {
  validateVersion(spec, positions);
  refuseOtherPlatforms(spec, positions, warnings);
  if (spec.root === undefined) throw invalid('root', 'is missing', positions);
  if (spec.root.path === '') throw invalid('root.path', 'must not be empty', positions);
  if (spec.process === undefined) throw invalid('process', 'is missing', positions);
  const process = validateProcess(spec.process, 'process', positions, warnings);
  validateMounts(spec, positions);
  validateHooks(spec.hooks ?? {}, positions);
  validateLinux(spec, positions, warnings);
  return { ...spec, process, root: spec.root };
}

/** Versions before 1.0 had another format; 2.0 will have. */
function validateVersion({ ociVersion }: Spec, positions: Positions): void {
  if (!ociVersion.startsWith('1.')) {
    throw invalid('ociVersion', `must be 1.0.0 or a later 1.x, not ${JSON.stringify(ociVersion)}`, positions);
  }
}

/** A section for virtual machines promises an isolation that a container does not have; the others are harmless. */
function refuseOtherPlatforms(spec: Spec, positions: Positions, warnings: string[]): void {
  if (spec.vm !== undefined) {
    throw new RailcarError('config-unsupported', 'vm: railcar does not run virtual machines', {
      file: positions.file,
      position: positions.of('vm'),
    });
  }
  for (const platform of ['solaris', 'windows', 'zos', 'freebsd'] as const) {
    if (spec[platform] === undefined) continue;
    warnings.push(invalid(platform, 'is for another platform and ignored', positions).message);
  }
}

function validateMounts({ mounts = [] }: Spec, positions: Positions): void {
  for (const [index, { destination, uidMappings, gidMappings }] of mounts.entries()) {
    const path = childPath('mounts', index);
    if (destination === '') throw invalid(`${path}.destination`, 'must not be empty', positions);
    if ((uidMappings === undefined) !== (gidMappings === undefined)) {
      throw invalid(path, 'must have both uidMappings and gidMappings or neither', positions);
    }
  }
}

const hookKinds: readonly HookKind[] = [
  'prestart',
  'createRuntime',
  'createContainer',
  'startContainer',
  'poststart',
  'poststop',
];

function validateHooks(hooks: Hooks, positions: Positions): void {
  for (const kind of hookKinds) {
    for (const [index, hook] of (hooks[kind] ?? []).entries()) {
      if (hook.path.startsWith('/')) continue;
      const path = `hooks.${kind}[${index}].path`;
      throw invalid(path, `must be an absolute path, not ${JSON.stringify(hook.path)}`, positions);
    }
  }
}
