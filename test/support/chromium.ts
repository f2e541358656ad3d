import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

/** The possible places of a system's Chromium. */
const systemPaths = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
];

/** The settings for starting a Chromium. */
export interface ChromiumSettings {
  readonly executablePath: string;
  readonly args: string[];
}

/** The Chromium that starts in this process, once it is known. */
let chosen: Promise<ChromiumSettings> | undefined;

/**
 * Starts a headless Chromium; see `chromiumSettings`.
 *
 * @example
 * ```ts
 * await using browser = await launchChromium();
 * const page = await browser.newPage();
 * ```
 */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch(await chromiumSettings());
}

/** The available Chromium and its settings: the system's, else the one packaged on npm. */
export function chromiumSettings(): Promise<ChromiumSettings> {
  chosen ??= chooseChromium(systemPaths);
  return chosen;
}

/**
 * Chooses the first Chromium that starts: an existing one may lack a library, or only be a script
 * that prints how to install it.
 *
 * @param paths - tried in this order, before the packaged one.
 */
export async function chooseChromium(paths: readonly string[]): Promise<ChromiumSettings> {
  for (const executablePath of paths.filter((path) => existsSync(path))) {
    const settings = { executablePath, args };
    if (await isStarting(settings)) return settings;
  }
  return { executablePath: await packagedChromium(), args };
}

async function isStarting(settings: ChromiumSettings): Promise<boolean> {
  try {
    await (await chromium.launch(settings)).close();
    return true;
  } catch {
    return false;
  }
}

async function packagedChromium(): Promise<string> {
  // Read while the package is imported: it then unpacks the system libraries that Chromium needs
  // and puts them on LD_LIBRARY_PATH. The machine need not have them.
  process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x';
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
}
