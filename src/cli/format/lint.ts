import type { Remark } from '../../config/lint.ts';

/** A line each, as editors and compilers have it: `config.json:7:12: root.path: must not be empty`. */
export function remarksText(file: string, remarks: readonly Remark[]): string {
  return remarks
    .map(({ severity, path, text, position: { line, column } }) => {
      const place = `${file}:${line}:${column}: ${severity === 'warning' ? 'warning: ' : ''}`;
      return `${place}${path === '' ? '' : `${path}: `}${text}\n`;
    })
    .join('');
}

/** The same as an array of objects. */
export function remarksJson(file: string, remarks: readonly Remark[]): string {
  const flat = remarks.map(({ position, ...remark }) => ({ file, ...position, ...remark }));
  return `${JSON.stringify(flat, null, 2)}\n`;
}
