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
  const id = headers['github-public-key-identifier'];
  const signature = headers['github-public-key-signature'];
  if (id === undefined || signature === undefined) return false;
  const key = await keys(id);
  return key !== null && verify('sha256', Buffer.from(body), key, Buffer.from(signature, 'base64'));
}
