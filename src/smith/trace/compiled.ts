import type { Tree } from '../tree/tree.ts';

const cached = /^(.*)\/__pycache__\/([^/]+?)\.[^./]+(?:\.opt-[^./]+)?\.pyc$/;

/**
 * The same files, with modules of Python in place of what Python has compiled of them. It opens the latter alone, but does
 * not take it without the former (PEP 3147), and never in an image: it goes by the time of the source, and there are
 * no times in microcontainers. It knows its library by a file that it looks for, and does not open (sys.prefix).
 */
export function withoutCompiled(source: Tree, files: readonly string[]): string[] {
  const modules = files.map((path) => {
    const [, folder, name] = cached.exec(path) ?? [];
    const module = `${folder}/${name}.py`;
    return folder !== undefined && source.resolve(module).node?.kind === 'file' ? module : path;
  });
  const landmarks = modules.flatMap((path) => {
    const [, library] = /^(.*\/lib\/python3\.\d+)\//.exec(path) ?? [];
    const landmark = `${library}/os.py`;
    return library !== undefined && source.get(landmark)?.kind === 'file' ? [landmark] : [];
  });
  return [...new Set([...modules, ...landmarks])];
}
