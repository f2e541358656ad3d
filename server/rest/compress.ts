import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Bytes of a body below which compressing it saves nothing. */
const minLength = 1_024;

/** A body as it is sent, and the fields that say how. */
export interface SentBody {
  readonly body: string | Uint8Array<ArrayBuffer>;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Compresses a text where that saves something and the client takes it. Never for an answer that
 * holds a secret: its length would reveal what it has in common with the client's own text (BREACH).
 *
 * @param accepted - the request's `Accept-Encoding`.
 */
export async function compressed(text: string, accepted: string | null): Promise<SentBody> {
  if (text.length < minLength) return { body: text, headers: {} };
  const vary = { Vary: 'Accept-Encoding' };
  if (!acceptsGzip(accepted)) return { body: text, headers: vary };
  const headers = { ...vary, 'Content-Encoding': 'gzip' };
  return { body: new Uint8Array(await compress(text)), headers };
}

/** Whether a client takes gzip (RFC 9110, section 12.5.3): it is named, and not with a weight of 0. */
export function acceptsGzip(accepted: string | null): boolean {
  return (accepted ?? '').split(',').some((coding) => {
    const [name = '', weight = ''] = coding.split(';').map((part) => part.trim());
    return name.toLowerCase() === 'gzip' && !/^q=0(\.0*)?$/i.test(weight);
  });
}
