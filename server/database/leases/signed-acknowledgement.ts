import { createHmac, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import type { Acknowledgement } from './ports.ts';

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
  const macOf = ({ id, epoch }: Acknowledgement) =>
    createHmac('sha256', key).update(`${epoch} ${id}`).digest();
  return {
    sign: (said) => JSON.stringify({ ...said, mac: macOf(said).toString('base64') }),
    verify(text) {
      const { data } = signed.safeParse(parsed(text));
      if (data === undefined) return undefined;
      const mac = Buffer.from(data.mac, 'base64');
      const expected = macOf(data);
      const isTrue = mac.length === expected.length && timingSafeEqual(mac, expected);
      return isTrue ? { id: data.id, epoch: data.epoch } : undefined;
    },
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
