import { type Marketplace, marketplaceItem } from '../wire/submitted-url.ts';
import { jsonOf, membersOf } from './loose-json.ts';
import { ScanFailure } from './scan-failure.ts';

/** Where an extension's archive is. */
export interface Download {
  readonly url: string;
  /** True when `url` answers a description that has the archive's address. */
  readonly isDescription: boolean;
}

/** A marketplace's address of an item's newest archive. */
const downloads: Readonly<Record<Marketplace, (item: string) => string>> = {
  'visual-studio': (item) => {
    const [publisher = '', name = ''] = item.split(/\.(.*)/s).map(encodeURIComponent);
    const gallery = 'https://marketplace.visualstudio.com/_apis/public/gallery';
    return `${gallery}/publishers/${publisher}/vsextensions/${name}/latest/vspackage`;
  },
  'open-vsx': (item) => `https://open-vsx.org/api/${item}`,
  chrome: (item) =>
    'https://clients2.google.com/service/update2/crx?response=redirect&prodversion=140.0' +
    `&acceptformat=crx2,crx3&x=id%3D${item}%26uc`,
  edge: (item) =>
    'https://edge.microsoft.com/extensionwebstorebase/v1/crx?response=redirect&prodversion=140.0' +
    `&x=id%3D${item}%26installsource%3Dondemand%26uc`,
  firefox: (item) => `https://addons.mozilla.org/firefox/downloads/latest/${item}/`,
};

/** The archive of an extension's address: of a marketplace's page by its item, else the address. */
export function downloadOf(address: string): Download {
  const page = marketplaceItem(new URL(address));
  if (page === null) return { url: address, isDescription: false };
  const url = downloads[page.marketplace](page.item);
  return { url, isDescription: page.marketplace === 'open-vsx' };
}

/** The archive's address in Open VSX's description of an extension. */
export function describedDownload(text: string): string {
  const { download } = membersOf(membersOf(jsonOf(text)).files);
  if (typeof download === 'string' && URL.canParse(download)) return download;
  throw new ScanFailure('The marketplace has no such extension.');
}
