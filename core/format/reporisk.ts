import { checksumLength } from './checksum.ts';
import type { Environment, KeyShape } from './key-shape.ts';

/** How many random characters a RepoRisk key has: 36 of 62 are 214 bits. */
export const payloadLength = 36;

/** How long either prefix is. */
export const prefixLength = 9;

/** How many characters the checksum covers: prefix and payload. */
export const bodyLength: number = prefixLength + payloadLength;

/** How long a RepoRisk key is: prefix, payload, `_`, checksum. */
export const keyLength: number = bodyLength + 1 + checksumLength;

function shape(environment: Environment, checksummed: boolean): KeyShape {
  const prefix = `rrk_${environment}_`;
  return Object.freeze({ dialect: 'reporisk', environment, prefix, checksummed });
}

/** The shapes of RepoRisk keys by environment. */
export const reporiskShapes: { readonly [E in Environment]: KeyShape } = Object.freeze({
  live: shape('live', true),
  test: shape('test', true),
});

/** The older shape, which only imported keys have: 43 base64url characters after `rrk_live_`. */
export const importedShape: KeyShape = shape('live', false);
