import type { Sentence } from './sentence.ts';
import { cgroupSentences } from './sentences/cgroups.ts';
import { configSentences } from './sentences/config.ts';
import { featureSentences } from './sentences/features.ts';
import { hookSentences } from './sentences/hooks.ts';
import { lifecycleSentences } from './sentences/lifecycle.ts';
import { linuxSentences } from './sentences/linux.ts';
import { optionSentences } from './sentences/options.ts';
import { resctrlSentences } from './sentences/resctrl.ts';
import { runtimeSentences } from './sentences/runtime.ts';
import { seccompSentences } from './sentences/seccomp.ts';

/** Every sentence of runtime-spec 1.3.0 that says MUST or SHOULD to a runtime on Linux, with the tests that hold it. */
export const sentences: readonly Sentence[] = [
  ...configSentences,
  ...optionSentences,
  ...hookSentences,
  ...linuxSentences,
  ...cgroupSentences,
  ...resctrlSentences,
  ...seccompSentences,
  ...runtimeSentences,
  ...lifecycleSentences,
  ...featureSentences,
];
