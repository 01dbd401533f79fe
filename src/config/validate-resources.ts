import type { Resources } from './config.ts';
import type { Findings } from './findings.ts';
import { childPath } from './path.ts';

/** What config-linux.md says of limits beyond their types; `path` is where the resources lie in the file. */
export function validateResources(resources: Resources, path: string, findings: Findings): void {
  const at = (...names: (string | number)[]) => names.reduce<string>(childPath, path);
  const { blockIO = {}, rdma = {}, unified = {}, hugepageLimits = [] } = resources;
  for (const key of ['weight', 'leafWeight'] as const) {
    validateWeight(blockIO[key], at('blockIO', key), findings);
  }
  for (const [index, { weight, leafWeight }] of (blockIO.weightDevice ?? []).entries()) {
    const device = at('blockIO', 'weightDevice', index);
    if (weight === undefined && leafWeight === undefined) {
      findings.problem(device, 'must have weight or leafWeight');
    }
    validateWeight(weight, `${device}.weight`, findings);
    validateWeight(leafWeight, `${device}.leafWeight`, findings);
  }
  for (const [name, { hcaHandles, hcaObjects }] of Object.entries(rdma)) {
    if (hcaHandles !== undefined || hcaObjects !== undefined) continue;
    findings.problem(at('rdma', name), 'must have hcaHandles or hcaObjects');
  }
  for (const name of Object.keys(unified)) {
    if (/^[^/\0]+$/.test(name) && !/^\.{1,2}$/.test(name)) continue;
    findings.problem(at('unified', name), 'must be the name of a file, without slashes');
  }
  const sizes = hugepageLimits.map(({ pageSize }) => pageSize);
  for (const [index, size] of sizes.entries()) {
    if (sizes.indexOf(size) === index) continue;
    findings.problem(at('hugepageLimits', index), `limits pages of ${size} a second time`);
  }
  const { swappiness = 0 } = resources.memory ?? {};
  if (swappiness > 100) {
    findings.problem(at('memory', 'swappiness'), `must be an integer from 0 to 100, not ${swappiness}`);
  }
}

/** 0 stands for "not set", as callers without optional members write it. */
function validateWeight(weight: number | undefined, path: string, findings: Findings): void {
  if (weight === undefined || weight === 0 || (weight >= 10 && weight <= 1000)) return;
  findings.problem(path, `must be an integer from 10 to 1000, not ${weight}`);
}
