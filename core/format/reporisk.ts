import { checksumLength } from './checksum.ts';
import type { Environment, KeyShape } from './key-shape.ts';

/** The number of random characters in a RepoRisk key: 36 of 62 are 214 bits. */
export const payloadLength = 36;

/** The length of either prefix. */
export const prefixLength = 9;

/** The length that the checksum covers: prefix and payload. */
export const bodyLength: number = prefixLength + payloadLength;

/** The length of a RepoRisk key: prefix, payload, `_`, checksum. */
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
