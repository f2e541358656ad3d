import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';

/** A server's certificate and its key, PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

/** A certificate authority that only this test knows. */
export interface Authority {
  /** Its own certificate, PEM. */
  readonly cert: string;
  /** A certificate for a name, valid until a time; a day from now when absent. */
  issue(name: string, until?: Date): Identity;
}

const day = 86_400_000;

/** Makes an authority. Written out in DER (RFC 5280), because Node reads certificates only. */
export function createAuthority(): Authority {
  const own = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const issuer = 'Test Authority';
  const by = { issuer, key: own.privateKey };
  const isAuthority = extension([0x55, 0x1d, 0x13], sequence(der(0x01, [0xff])));
  const tomorrow = () => new Date(Date.now() + day);
  return {
    cert: certificate(by, issuer, own.publicKey, tomorrow(), isAuthority),
    issue(name, until = tomorrow()) {
      const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
      const names = extension([0x55, 0x1d, 0x11], sequence(der(0x82, Buffer.from(name))));
      return {
        cert: certificate(by, name, publicKey, until, names),
        key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      };
    },
  };
}

function certificate(
  by: { readonly issuer: string; readonly key: KeyObject },
  subject: string,
  publicKey: KeyObject,
  until: Date,
  extensions: Buffer,
): string {
  const from = new Date(Math.min(Date.now(), until.getTime()) - day);
  const version3 = der(0xa0, der(0x02, [2]));
  const body = sequence(
    ...[version3, der(0x02, [1]), ecdsaWithSha256, name(by.issuer)],
    ...[sequence(utcTime(from), utcTime(until)), name(subject)],
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, sequence(extensions)),
  );
  const signature = der(0x03, [0], sign('sha256', body, by.key));
  const base64 = sequence(body, ecdsaWithSha256, signature).toString('base64');
  const lines = base64.match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}

function name(commonName: string): Buffer {
  const attribute = sequence(der(0x06, [0x55, 0x04, 0x03]), der(0x0c, Buffer.from(commonName)));
  return sequence(der(0x31, attribute));
}

function extension(id: readonly number[], value: Buffer): Buffer {
  return sequence(der(0x06, id), der(0x04, value));
}

function utcTime(time: Date): Buffer {
  const digits = time.toISOString().replace(/\D/g, '').slice(2, 14);
  return der(0x17, Buffer.from(`${digits}Z`));
}

function sequence(...members: Uint8Array[]): Buffer {
  return der(0x30, ...members);
}

function der(tag: number, ...parts: (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Buffer.from(part)));
  const { length } = content;
  const size =
    length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([tag, ...size]), content]);
}

const ecdsaWithSha256 = sequence(der(0x06, [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]));
