/** `tag`: what every cosign verifies; `bundle`: sigstore's, which refers to the image (cosign 2.4 and later). */
export const signatureFormats = ['tag', 'bundle'] as const;
export type SignatureFormat = (typeof signatureFormats)[number];

/** On the command line. */
export const formatChoices = [...signatureFormats, 'both'] as const;
export type FormatChoice = (typeof formatChoices)[number];

export function formatsOf(choice: FormatChoice): readonly SignatureFormat[] {
  return choice === 'both' ? signatureFormats : [choice];
}
