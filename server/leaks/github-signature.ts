import { verify } from 'node:crypto';
import type { GithubKeys } from './github-keys.ts';

/**
 * Whether GitHub signed a body: ECDSA on P-256 over its SHA-256, in DER, base64, made with the key
 * that the other header names.
 *
 * @param body - as received, to the byte.
 * @param headers - under lower-case names.
 * @throws {Problem} 503 when GitHub's keys are needed and cannot be had.
 */
export async function isSignedByGithub(
  body: string,
  headers: Readonly<Record<string, string>>,
  keys: GithubKeys,
): Promise<boolean> {
  const signed = await signatureIn(headers, keys);
  if (signed === null) return false;
  // In a thread: a stranger's body may be 8 MiB long.
  return new Promise((resolve, reject) => {
    verify('sha256', Buffer.from(body), signed.key, signed.signature, (error, isSigned) => {
      if (error === null) resolve(isSigned);
      else reject(error);
    });
  });
}

/** Whether the headers name a key of GitHub's, and hold what may be a signature. */
export async function namesGithubKey(
  headers: Readonly<Record<string, string>>,
  keys: GithubKeys,
): Promise<boolean> {
  return (await signatureIn(headers, keys)) !== null;
}

/** Bytes of the longest signature on P-256, in DER. */
const maxSignature = 72;

async function signatureIn(headers: Readonly<Record<string, string>>, keys: GithubKeys) {
  const id = headers['github-public-key-identifier'];
  const encoded = headers['github-public-key-signature'];
  if (id === undefined || encoded === undefined) return null;
  const signature = Buffer.from(encoded, 'base64');
  if (signature.length === 0 || signature.length > maxSignature) return null;
  const key = await keys(id);
  return key === null ? null : { key, signature };
}
