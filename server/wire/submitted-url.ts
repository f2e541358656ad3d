import { createHash } from 'node:crypto';
import { isIP } from 'node:net';
import { isPublicAddress } from './public-address.ts';

/** The address of a repository or an extension, in the one form that is stored. */
export interface SubmittedUrl {
  readonly url: string;
  /** Equal for addresses of the same thing: SHA-256, hexadecimal. */
  readonly identity: string;
}

/** Hosts whose repository names ignore case. */
const ignoringCase = new Set(['github.com', 'gitlab.com', 'bitbucket.org']);

/**
 * A repository's address without port, closing slash, `.git`, query and fragment if meaningless.
 *
 * @param text - an absolute http or https URL.
 */
export function repositoryUrl(text: string): SubmittedUrl {
  const { protocol, host, pathname } = parsed(text);
  const path = withoutEnd(pathname);
  const url = `${protocol}//${host}${path}`;
  return { url, identity: digest(ignoringCase.has(host) ? url.toLowerCase() : url) };
}

/**
 * An extension's address without a fragment. The item's id is the identity of a marketplace's page.
 *
 * @param text - an absolute http or https URL.
 */
export function extensionUrl(text: string): SubmittedUrl {
  const url = parsed(text);
  url.hash = '';
  return { url: url.href, identity: digest(identityOf(url)) };
}

/** Whether an address leads to a host that is literally this machine, or no public one. */
export function isLocalUrl(text: string): boolean {
  const host = parsed(text).hostname.replace(/^\[(.*)\]$/, '$1');
  if (isIP(host) !== 0) return !isPublicAddress(host);
  return host === 'localhost' || host.endsWith('.localhost');
}

/** The dot of the root means nothing: `github.com.` is `github.com`. */
function parsed(text: string): URL {
  const url = new URL(text);
  if (/[^.]\.$/.test(url.hostname)) url.hostname = url.hostname.slice(0, -1);
  return url;
}

/** Marketplaces whose pages are known. */
export type Marketplace = 'visual-studio' | 'open-vsx' | 'chrome' | 'edge' | 'firefox';

/** Pages of marketplaces: the part of the path before the item's id. */
const itemPages: readonly (readonly [marketplace: Marketplace, host: string, page: RegExp])[] = [
  ['open-vsx', 'open-vsx.org', /^\/extension\/([^/]+\/[^/]+)/],
  ['chrome', 'chromewebstore.google.com', /^\/detail\/(?:[^/]+\/)?([a-p]{32})(?:\/|$)/],
  ['chrome', 'chrome.google.com', /^\/webstore\/detail\/(?:[^/]+\/)?([a-p]{32})(?:\/|$)/],
  ['edge', 'microsoftedge.microsoft.com', /^\/addons\/detail\/(?:[^/]+\/)?([a-p]{32})(?:\/|$)/],
  ['firefox', 'addons.mozilla.org', /^\/(?:[^/]+\/)?(?:firefox|android)\/addon\/([^/]+)/],
];

function identityOf(url: URL): string {
  const page = marketplaceItem(url);
  return page === null ? url.href : `${page.marketplace}:${page.item}`;
}

/** The item of a marketplace's page; null for any other page. All marketplaces ignore case. */
export function marketplaceItem({
  host,
  pathname,
  searchParams,
}: URL): { readonly marketplace: Marketplace; readonly item: string } | null {
  if (host === 'marketplace.visualstudio.com' && /^\/items\/?$/i.test(pathname)) {
    const name = searchParams.get('itemName');
    return name ? { marketplace: 'visual-studio', item: name.toLowerCase() } : null;
  }
  for (const [marketplace, at, page] of itemPages) {
    const item = host === at ? page.exec(pathname)?.[1] : undefined;
    if (item !== undefined) return { marketplace, item: item.toLowerCase() };
  }
  return null;
}

/**
 * A path without slashes and `.git` at its end, however many: resubmitted, it stays the same. A `.git`
 * behind a dot segment stays: URL parsers drop what would be left.
 */
function withoutEnd(path: string): string {
  let { length } = path;
  for (;;) {
    if (path[length - 1] === '/') length -= 1;
    else if (/^\.git$/i.test(path.slice(Math.max(0, length - 4), length))) {
      const rest = length - 4;
      if (/\/(?:\.|%2e){1,2}$/i.test(path.slice(Math.max(0, rest - 7), rest))) {
        return path.slice(0, length);
      }
      length = rest;
    } else return path.slice(0, length);
  }
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
