import fc from 'fast-check';
import { expect, test } from 'vitest';
import { withoutSecrets } from '../../console/api/raw-secrets.ts';
import { maskKey } from '../../core/mod.ts';
import { anyKey } from '../support/keys.ts';

const hex = '0123456789abcdef'.repeat(4);
const secrets: readonly (readonly [secret: string, preview: string])[] = [
  ['rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz0123456789_40JkEW', 'rrk_live_AbCd••••JkEW'],
  ['rrk_live_AbCdEfGhIjKlMnOpQrStUvWxYz-0123456789abd_YZ', 'rrk_live_AbCd••••d_YZ'],
  [`rep_${hex}`, 'rep_0123••••cdef'],
  [`rfk_01ARZ3NDEKTSV4RRFFQ69G5FAV_${hex}`, 'rfk_01AR••••cdef'],
  ['sk-ant-api03-AbCdEfGhIjKlMnOpQrStUvWxYz0123456789-AA', 'sk-ant-api0••••9-AA'],
  ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'whsec_MfKQ••••LaSw'],
];

/** The forms of a secret in a pasted text. */
const pastes: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => ` ${text}\n`,
  (text) => `Authorization: Bearer ${text}, please`,
  (text) => `REPORISK_API_KEY="${text}"`,
  (text) => `https://example.com/?key=${text}&page=2`,
  (text) => `${text}, ${text}`,
];

test.each(secrets)(
  'withoutSecrets() leaves of %s the preview, wherever it stands',
  (secret, preview) => {
    for (const paste of pastes) expect(withoutSecrets(paste(secret))).toBe(paste(preview));
  },
);

test.each(secrets)(
  'withoutSecrets() finds %s broken by white space, cut off or encoded',
  (secret, preview) => {
    for (const gap of [' ', '\n', '\r\n  ', '\u200b', '\u00ad', '\ufeff']) {
      const broken = secret.replace(/.{9}/g, `$&${gap}`);
      expect(withoutSecrets(broken)).toBe(preview);
    }
    for (const length of [30, secret.length - 1]) {
      expect(withoutSecrets(secret.slice(0, length))).toContain('••••');
    }
    const everything = secret.replace(
      /./g,
      (character) => `%${character.charCodeAt(0).toString(16)}`,
    );
    for (const encoded of [everything, encodeURIComponent(everything), everything.toUpperCase()]) {
      expect(withoutSecrets(`a ${encoded}`)).toBe(`a ${preview}`);
    }
  },
);

/** The mangled forms of a secret in mail, chat, shells, documents and code. */
const mangled: Record<string, (secret: string) => string> = {
  'quoted-printable': (secret) => broken(secret, '=\r\n'),
  'encoded quoted-printable': (secret) => broken(secret.replaceAll('_', '=5F'), '='),
  'a quoted mail': (secret) => broken(secret, '\r\n> '),
  'a mail quoted twice, on one line': (secret) => broken(secret, ' >> '),
  Markdown: (secret) => secret.replaceAll('_', '\\_').replaceAll('-', '\\-'),
  JSON: (secret) => JSON.stringify(broken(secret, '\n')),
  'JSON within JSON': (secret) => JSON.stringify(JSON.stringify(broken(secret, '\r\n'))),
  'JSON escapes': (secret) => secret.replaceAll('_', '\\u005f'),
  'a shell': (secret) => broken(secret, '\\\n  '),
  'four encodings': (secret) =>
    [1, 2, 3, 4].reduce(encodeURIComponent, secret.replaceAll('_', '%5F').replaceAll('-', '%2D')),
  'an encoded zero-width space': (secret) => broken(secret, '%E2%80%8B'),
  'HTML entities': (secret) => secret.replaceAll('_', '&#95;').replaceAll('-', '&#x2D;'),
  'HTML names': (secret) => secret.replaceAll('_', '&lowbar;').replaceAll('-', '&hyphen;'),
  'a break of HTML': (secret) => broken(secret, '<br>').replaceAll('<br>', '<>'),
  'an invisible separator': (secret) => broken(secret, '\u2063'),
  'a variation selector': (secret) => broken(secret, '\ufe0f'),
  'an embedding': (secret) => broken(secret, '\u202a'),
  'an isolate': (secret) => broken(secret, '\u2066'),
  'a table': (secret) => broken(secret, ' | '),
  'breaks of HTML within the prefix': (secret) => secret.replace(/[_-]/g, '$&<wbr>'),
  'HTML that marks a part of the prefix': (secret) => marked(secret, '<b class="k">', '</b>'),
  'HTML that was escaped': (secret) => marked(secret, '&lt;mark&gt;', '&lt;/mark&gt;'),
  'a comment of HTML': (secret) => marked(secret, '<!-- a -->', ''),
  'a forum': (secret) => marked(secret, '[b]', '[/b]'),
  'a terminal': (secret) => marked(secret, '\u001b[1;31m', '\u001b[0m'),
};

/** Markup around the second to the fourth character, which are the prefix's. */
function marked(secret: string, begin: string, end: string): string {
  return `${secret.slice(0, 1)}${begin}${secret.slice(1, 4)}${end}${secret.slice(4)}`;
}

/** Broken after the prefix, and after the sixteenth character that follows it. */
function broken(secret: string, gap: string): string {
  const prefix = /^(rrk_live_|rep_|rfk_|sk-ant-|whsec_)(.{16})/;
  return secret.replace(prefix, `$1${gap}$2${gap}`);
}

test.each(Object.entries(mangled))(
  'withoutSecrets() leaves nothing of a secret in %s',
  (_, mangle) => {
    for (const [secret] of secrets) {
      for (const paste of pastes) {
        const safe = withoutSecrets(paste(mangle(secret)));
        const bare = decodeURIComponent(safe).replace(/[^\w]/g, '');
        expect(bare).not.toContain(secret.replace(/[^\w]/g, '').slice(-20, -8));
        expect(safe).toContain('••••');
        expect(withoutSecrets(safe)).toBe(safe);
      }
    }
  },
);

test('withoutSecrets() leaves of any key the preview that the list shows', () => {
  fc.assert(
    fc.property(anyKey, (key) => {
      expect(withoutSecrets(key)).toBe(maskKey(key));
    }),
  );
});

test.each([
  '',
  'CI Pipeline',
  'rrk_live_AbCd••••JkEW',
  'key_01ARYZ6S41TSV4RRFFQ69G5FAV',
  'user:user_2abcdefghijklmnopqrstuvwxyz',
  'org_2abcdefghijklmnopqrstuvwxyz',
  'apiKeys.create',
  '100 %',
  '%E2%82%AC %zz %',
  'WyIyMDI2LTAxLTAyVDAzOjA0OjA1LjY3OFoiLCJrZXlfMDEiXQ',
  'rrk_live_',
  'report_2026',
  '/settings/rrk_live_AbCd%E2%80%A2%E2%80%A2%E2%80%A2%E2%80%A2JkEW',
  'ask Anthropic about the reports of this month',
  'rrk_live_AbCd•••• and what else there is to say of it',
  'rrk_live_AbCd••••JkEW, which was rotated yesterday',
])('withoutSecrets() leaves %j as it is', (text) => {
  expect(withoutSecrets(text)).toBe(text);
});
