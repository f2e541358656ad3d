import { createSignal, onCleanup } from 'solid-js';

/** The least time between two looks for a new version, in milliseconds. */
const pause = 5 * 60_000;

const [isOutdated, setOutdated] = createSignal(false);

/** Whether the server has a newer console than this page. */
export { isOutdated };

/** The address of this page's script, which names its version. */
const own = document.querySelector('script[type="module"][src]')?.getAttribute('src');

/** Compares this page with the server's. A server that does not answer says nothing. */
export async function lookForNewVersion(): Promise<void> {
  if (!own) return;
  const page = await fetch('/', { cache: 'no-store' }).catch(() => null);
  if (page?.ok) setOutdated(!(await page.text()).includes(own));
}

/** Looks for a new version whenever the page is shown again after a while. */
export function watchVersion(): void {
  let last = Date.now();
  const look = () => {
    if (document.visibilityState !== 'visible' || Date.now() - last < pause) return;
    last = Date.now();
    void lookForNewVersion();
  };
  document.addEventListener('visibilitychange', look);
  onCleanup(() => document.removeEventListener('visibilitychange', look));
}
