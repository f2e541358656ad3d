import fc from 'fast-check';
import { expect, test } from 'vitest';
import { extensionUrl, isLocalUrl, repositoryUrl } from '../../../server/wire/submitted-url.ts';

const item = 'abcdefghijklmnopabcdefghijklmnop';

test.each([
  ['https://GitHub.com:443/Acme/Ledger.git/?tab=readme#top', 'https://github.com/Acme/Ledger'],
  ['http://example.com:80/a//', 'http://example.com/a'],
  ['https://example.com:8443/a/.git', 'https://example.com:8443/a'],
  ['https://example.com/', 'https://example.com'],
  ['https://example.com/?#', 'https://example.com'],
  ['https://bücher.example./Ä', 'https://xn--bcher-kva.example/%C3%84'],
  ['https://[2606:4700::0:1]/a', 'https://[2606:4700::1]/a'],
])('repositoryUrl() stores %s as %s', (text, url) => {
  expect(repositoryUrl(text).url).toBe(url);
});

test('repositoryUrl() compares without regard to case where the host does', () => {
  const identity = (text: string) => repositoryUrl(text).identity;
  for (const host of ['github.com', 'gitlab.com', 'bitbucket.org']) {
    expect(identity(`https://${host}/A/b`)).toBe(identity(`https://${host}/a/B.GIT`));
  }
  expect(identity('https://example.com/A')).not.toBe(identity('https://example.com/a'));
  expect(identity('https://github.com:8443/A')).not.toBe(identity('https://github.com:8443/a'));
});

test.each(['/..git', '/...git', '/%2e.git', '/a/.%2E.git/', '/..git.git'])(
  'repositoryUrl() leaves what it has made of %s as it is',
  (path) => {
    const once = repositoryUrl(`https://example.com${path}`);
    expect(repositoryUrl(once.url)).toEqual(once);
  },
);

test('repositoryUrl() and extensionUrl() leave what they have made as it is', () => {
  fc.assert(
    fc.property(
      fc.webUrl(),
      fc.constantFrom('', '/', '.git', '.git/', '//', '.git.git', '/.git/.GIT/'),
      fc.constantFrom('', '?', '?a=.git', '#/', '?a#b'),
      (start, end, tail) => {
        for (const normalize of [repositoryUrl, extensionUrl]) {
          const once = normalize(start + end + tail);
          expect(normalize(once.url)).toEqual(once);
        }
      },
    ),
  );
});

test.each([
  ['https://Example.com/x?b=1&a=2#top', 'https://example.com/x?b=1&a=2'],
  ['https://example.com/x/', 'https://example.com/x/'],
])('extensionUrl() stores %s as %s', (text, url) => {
  expect(extensionUrl(text).url).toBe(url);
});

test.each([
  [
    'https://marketplace.visualstudio.com/items?itemName=Acme.Tools',
    'https://marketplace.visualstudio.com/items/?ssr=false&itemName=acme.tools#overview',
  ],
  ['https://open-vsx.org/extension/Acme/Tools', 'https://open-vsx.org/extension/acme/tools/1.2.0'],
  [
    `https://chromewebstore.google.com/detail/wallet/${item}?hl=de`,
    `https://chrome.google.com/webstore/detail/${item}/reviews`,
  ],
  [
    `https://microsoftedge.microsoft.com/addons/detail/wallet/${item}`,
    `https://microsoftedge.microsoft.com/addons/detail/${item}`,
  ],
  [
    'https://addons.mozilla.org/de/firefox/addon/wallet/',
    'https://addons.mozilla.org/firefox/addon/wallet/versions/',
  ],
])("extensionUrl() takes two pages of a marketplace's item for the same: %s", (one, other) => {
  expect(extensionUrl(one).identity).toBe(extensionUrl(other).identity);
  const another = one
    .replace(/(acme.tools|acme\/tools|wallet\/$)/i, 'other')
    .replace(item, `p${item.slice(1)}`);
  expect(extensionUrl(another).identity).not.toBe(extensionUrl(one).identity);
});

test.each([
  'http://127.0.0.1/a',
  'http://2130706433/a',
  'http://0x7f.1./a',
  'http://10.1.2.3/a',
  'http://169.254.169.254/latest',
  'http://[::1]/a',
  'http://[fe80::1]/a',
  'http://[fd00::1]/a',
  'http://[::ffff:10.0.0.1]/a',
  'http://LOCALHOST./a',
  'http://git.localhost/a',
])('isLocalUrl() knows %s', (text) => {
  expect(isLocalUrl(text)).toBe(true);
});

test.each(['https://github.com/a', 'https://8.8.8.8/a', 'https://localhost.example/a'])(
  'isLocalUrl() lets %s pass',
  (text) => {
    expect(isLocalUrl(text)).toBe(false);
  },
);
