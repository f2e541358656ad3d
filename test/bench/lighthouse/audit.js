// Lighthouse's mobile audit of one page of the console, in a Chromium of its own. Asked by the same
// messages as test/processes/answering.ts.
import lighthouse from 'lighthouse';
import puppeteer from 'puppeteer-core';

const categories = ['performance', 'accessibility', 'best-practices'];

/**
 * Audits a page, signed in to the demo where a persona is named.
 *
 * @returns each category's score, up to 100, and the audits that cost it something.
 */
async function audit({ url, persona, chromium }) {
  const browser = await puppeteer.launch({ ...chromium, headless: 'shell' });
  try {
    const page = await browser.newPage();
    // What the console keeps of a sign-in to the demo: who it was.
    if (persona) await browser.setCookie({ ...ofConsole(url), value: persona });
    const flags = { onlyCategories: categories, disableStorageReset: true, logLevel: 'error' };
    const { lhr } = await lighthouse(url, flags, undefined, page);
    const found = categories.flatMap((id) =>
      lhr.categories[id].auditRefs
        .filter(({ weight }) => weight > 0)
        .map((ref) => lhr.audits[ref.id])
        .filter(({ score }) => score !== null && score < 0.9)
        .map(({ id: name, displayValue }) => [name, displayValue].filter(Boolean).join(' ')),
    );
    return {
      scores: categories.map((id) => Math.round(lhr.categories[id].score * 100)),
      found,
      shows: await page.$eval('h1', ({ textContent }) => textContent),
    };
  } finally {
    await browser.close();
  }
}

function ofConsole(url) {
  const { hostname: domain } = new URL(url);
  return { name: 'reporisk.persona', domain, path: '/', sameSite: 'Strict' };
}

process.on('message', async ({ n, argument }) => {
  try {
    process.send({ n, value: await audit(argument) });
  } catch (error) {
    process.send({ n, error: error.stack });
  }
});
process.once('disconnect', () => process.exit());
