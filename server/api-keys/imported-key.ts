import { z } from 'zod';
import { id, instant, integer, label } from '../wire/fields.ts';

/** Placeholder for a preview that was not recorded. */
const unknown = '••••';

/** SHA-256 of the empty string: the output of a script that had no key to hash. */
const emptyHash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

const prefix = 'rrk_live_';
const previewForm = /^rrk_live_([\w-]{4})(?:•{4}|\.{3}|…)([\w-]{4})$/;

/** A key record from another deployment. */
export const importedKey = z.strictObject({
  /** SHA-256 of the secret, hexadecimal. */
  hashSha256: z
    .string()
    .refine((value) => /^[0-9a-f]{64}$/i.test(value), 'expected 64 hexadecimal characters')
    .transform((hash) => hash.toLowerCase())
    .refine((hash) => hash !== emptyHash, 'the hash is that of an empty text'),
  label,
  /** The parent's Clerk organization id. */
  org: id,
  subOrgId: integer().nullish(),
  preview: z
    .string()
    .refine((value) => previewForm.test(value), 'expected a preview such as rrk_live_AbCd••••Xy1z')
    .nullish(),
  createdAt: instant.nullish(),
  expiresAt: instant.nullish(),
});

export type ImportedKey = z.output<typeof importedKey>;

/** Splits a preview into its stored parts. */
export function previewParts(preview: string | null | undefined) {
  const [, first4 = unknown, last4 = unknown] = previewForm.exec(preview ?? '') ?? [];
  return { prefix, first4, last4 };
}
