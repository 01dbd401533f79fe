import { live, section, unit } from '../sentence.ts';

const whole = section('features.md#features');
const version = section('features.md#featuresSpecificationVersion');
const hooks = section('features.md#featuresHooks');
const options = section('features.md#featuresMountOptions');
const annotations = section('features.md#featuresAnnotations');
const namespaces = section('features-linux.md#linuxFeaturesNamespaces');
const capabilities = section('features-linux.md#linuxFeaturesCapabilities');
const seccomp = section('features-linux.md#linuxFeaturesSeccomp');
const memory = section('features-linux.md#linuxFeaturesMemoryPolicy');
const extensions = section('features-linux.md#linuxFeaturesMountExtensions');

const document = (title: string) => unit('features/features', title);
const taken = 'is not said of a build of which it is not true';
const recognized = (list: string) =>
  unit('features/features', 'every word of the document is recognized in config.json', list);

/** features.md and features-linux.md. */
export const featureSentences = [
  whole.should('the document does not depend on the host', [
    live('features', 'features: nothing on standard error, and no rights needed'),
    document('is what the schema of the specification describes'),
  ]),
  whole.mustNot('null is not taken for an empty value', [
    document('is what the schema of the specification describes'),
  ]),
  version.must(
    'ociVersionMin and ociVersionMax are accepted in config.json',
    [document('names versions that are accepted')],
    { words: 2 },
  ),
  version.mustNot('ociVersionMax is not less than ociVersionMin', [
    document('names versions in their order'),
  ]),
  version.mustNot('there is no property that the specification lacks', [
    document('has the properties that the specification has, and no other'),
  ]),
  hooks.must('hooks that are named are supported', [
    document('names all six hooks, eight namespaces and every capability'),
    document(taken),
  ]),
  options.must('mount options that are named are recognized', [
    document('names every option that the specification has, each of which is understood'),
    live('features', 'features: every mount option that is claimed is taken'),
  ]),
  options.shouldNot('options of file systems are not named', [
    document('names every option that the specification has, each of which is understood'),
  ]),
  annotations.must('annotations are texts by names', [
    document('is what the schema of the specification describes'),
  ]),
  namespaces.must('namespaces that are named are recognized', [
    recognized('namespaces'),
    live('features', 'features: every namespace that is claimed can be new'),
  ]),
  capabilities.must('capabilities that are named are recognized', [recognized('capabilities')]),
  seccomp.must('actions that are named are recognized', [recognized('actions')]),
  seccomp.must('operators that are named are recognized', [recognized('operators')]),
  seccomp.must('architectures that are named are recognized', [recognized('archs')]),
  seccomp.must('flags that are named are recognized', [recognized('knownFlags')]),
  seccomp.must('flags that are named as supported are supported', [recognized('supportedFlags')]),
  memory.must('modes that are named are recognized', [recognized('modes')]),
  memory.must('flags that are named are recognized', [recognized('flags')]),
  extensions.must('idmap is claimed even where only some of it is done', [
    document('is not said of a build of which it is not true'),
  ]),
];
