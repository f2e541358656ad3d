import { generateKeyPairSync, sign } from 'node:crypto';
import { createGithubKeys } from '../../../server/leaks/github-keys.ts';

/** GitHub as its partners see it: published keys, and signed calls. */
export function github(now: () => number = Date.now) {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const published = [
    {
      key_identifier: 'current',
      key: publicKey.export({ type: 'spki', format: 'pem' }),
      is_current: true,
    },
    // From GitHub's documentation, with the signature below.
    { key_identifier: documented.keyId, key: documented.publicKey, is_current: false },
  ];
  const state = { fetches: 0, isAway: false, published };
  const fetch = async () => {
    state.fetches += 1;
    if (state.isAway) throw new TypeError('fetch failed');
    return Response.json({ public_keys: state.published });
  };
  return {
    state,
    keys: createGithubKeys({ fetch, now }),
    /** A call with matches of these tokens, as GitHub sends it. */
    call(matches: unknown, keyId = 'current') {
      const body = typeof matches === 'string' ? matches : JSON.stringify(matches);
      const signature = sign('sha256', Buffer.from(body), privateKey).toString('base64');
      return { body, headers: signedHeaders(keyId, signature) };
    },
  };
}

export function signedHeaders(keyId: string, signature: string): Record<string, string> {
  return {
    'content-type': 'application/json',
    'github-public-key-identifier': keyId,
    'github-public-key-signature': signature,
  };
}

/** The example of GitHub's documentation of the partner program. */
export const documented = {
  body: '[{"token":"some_token","type":"some_type","url":"some_url","source":"some_source"}]',
  keyId: 'f9525bf080f75b3506ca1ead061add62b8633a346606dc5fe544e29231c6ee0d',
  signature:
    'MEUCIFLZzeK++IhS+y276SRk2Pe5LfDrfvTXu6iwKKcFGCrvAiEAhHN2kDOhy2I6eGkOFmxNkOJ+L2y8oQ9A2T9GGJo6WJY=',
  publicKey: `-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEsz9ugWDj5jK5ELBK42ynytbo38gP
HzZFI03Exwz8Lh/tCfL3YxwMdLjB+bMznsanlhK0RwcGP3IDb34kQDIo3Q==
-----END PUBLIC KEY-----
`,
};
