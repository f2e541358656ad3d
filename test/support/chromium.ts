import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const SYSTEM_CHROMIUM = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
];

/**
 * Starts a headless Chromium: the system's, else the one packaged on npm.
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

/** Which Chromium there is, and how it is started. */
export async function chromiumSettings(): Promise<{ executablePath: string; args: string[] }> {
  return {
    executablePath: SYSTEM_CHROMIUM.find(existsSync) ?? (await packagedChromium()),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  };
}

async function packagedChromium(): Promise<string> {
  // Read while the package is imported: it then unpacks the system libraries that Chromium needs
  // and puts them on LD_LIBRARY_PATH, so that the machine need not have them.
  process.env.AWS_LAMBDA_JS_RUNTIME = 'nodejs22.x';
  const { default: packaged } = await import('@sparticuz/chromium');
  return packaged.executablePath();
}
