import fc from 'fast-check';

/** Any UTF-16 code unit, lone surrogates and NUL included; half of them ASCII. */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(fc.nat(0x7f), fc.nat(0xffff))
  .map((code) => String.fromCharCode(code));
