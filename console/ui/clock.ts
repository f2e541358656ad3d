import { createSignal, onCleanup } from 'solid-js';

/** The present, moving three times a minute while a component shows it. Unix milliseconds. */
export function createClock(): () => number {
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), 20_000);
  onCleanup(() => clearInterval(timer));
  return now;
}
