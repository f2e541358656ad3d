import { z } from 'zod';
import { constantTimeEqual } from '../../../core/mod.ts';
import { nodeHashing } from '../../node-hashing.ts';
import type { Acknowledgement } from './ports.ts';
import { readAnnounced } from './read-announced.ts';

/** Acknowledgements as they are announced, where anybody who may connect could announce something. */
export interface AcknowledgementSigner {
  /** The text to announce. */
  sign(said: Acknowledgement): string;
  /** What an announced text says; nothing unless it was signed under the same key. */
  verify(text: string): Acknowledgement | undefined;
}

const signed = z.object({ id: z.string(), epoch: z.int(), mac: z.string() });

/**
 * Signs with HMAC-SHA-256.
 *
 * @param key - 32 bytes, the same on every process; see `deriveKeys`.
 */
export function createAcknowledgementSigner(key: Uint8Array): AcknowledgementSigner {
  const mac = nodeHashing.hmacSha256(key);
  const macOf = ({ id, epoch }: Acknowledgement) => mac(`${epoch} ${id}`, 'utf8');
  return {
    sign: (said) => JSON.stringify({ ...said, mac: macOf(said) }),
    verify(text) {
      const said = readAnnounced(signed, text);
      if (said === undefined || !constantTimeEqual(macOf(said), said.mac)) return undefined;
      return { id: said.id, epoch: said.epoch };
    },
  };
}
