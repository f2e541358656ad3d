import { generateKeyPairSync, sign } from 'node:crypto';

/** A moment for tests, Unix milliseconds. */
export const testTime = Date.parse('2026-03-04T05:06:07.000Z');

export type Claims = Record<string, unknown>;

/** Signs tokens like Clerk. */
export function tokenSigner() {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    jwtKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    sign(claims: unknown, header: Claims = { alg: 'RS256', typ: 'JWT', kid: 'ins_test' }): string {
      const content = `${encode(header)}.${encode(claims)}`;
      const digest = header.alg === 'RS384' ? 'RSA-SHA384' : 'RSA-SHA256';
      const signature = sign(digest, Buffer.from(content), privateKey);
      return `${content}.${signature.toString('base64url')}`;
    },
  };
}

export function encode(part: unknown): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

/** The claims of a version 2 token, valid for a minute from `testTime`. */
export function sessionClaims(changes: Claims = {}): Claims {
  const iat = testTime / 1000;
  return {
    v: 2,
    iss: 'https://clerk.example.com',
    azp: 'https://app.example.com',
    sub: 'user_ada',
    sid: 'sess_1',
    sts: 'active',
    o: { id: 'org_acme', rol: 'admin', slg: 'acme' },
    iat,
    nbf: iat - 10,
    exp: iat + 60,
    ...changes,
  };
}
