// validate.ts SCHEMAS VERSION FILE...: holds each object of YAML files against the API's schema of a version (1.34) and prints
// what does not fit, one line each, and how many objects there were. Fails if anything does not fit.
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const [schemas = '', version = '', ...files] = process.argv.slice(2);
const definitions = JSON.parse(readFileSync(place('_definitions'), 'utf8'));
// The schemas name formats, such as int32, for generators of code.
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema(definitions, '/api/_definitions.json');

let objects = 0;
for (const file of files) {
  for (const object of documents(file)) {
    objects++;
    for (const problem of problems(object)) {
      process.stdout.write(`${file}: ${problem}\n`);
      process.exitCode = 1;
    }
  }
}
process.stdout.write(`${objects} objects\n`);

function place(name: string): string {
  return `${schemas}/v${version}.0-local-strict.${name}.json`;
}

function documents(file: string): unknown[] {
  const toJson =
    'import json, sys, yaml; json.dump([each for each in yaml.safe_load_all(sys.stdin) if each], sys.stdout)';
  return JSON.parse(
    execFileSync('/usr/bin/python3', ['-c', toJson], { input: readFileSync(file), encoding: 'utf8' }),
  );
}

function problems(object: unknown): string[] {
  const { apiVersion = '', kind = '' } = object as { apiVersion?: string; kind?: string };
  // Groups of Kubernetes' own go without their domain in the names of the schemas.
  const name = `${kind}-${apiVersion.replace(/\.k8s\.io\//, '/').replace('/', '-')}`.toLowerCase();
  if (!existsSync(place(name))) return [`there is no ${kind} of ${apiVersion} in the API`];
  const schema = JSON.parse(readFileSync(place(name), 'utf8'));
  const validate: ValidateFunction = ajv.getSchema(schema.$id) ?? ajv.compile(schema);
  if (validate(object)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) =>
      `${kind}${instancePath.replaceAll('/', '.')}: ${message}${'additionalProperty' in params ? ` (${params.additionalProperty})` : ''}`,
  );
}
