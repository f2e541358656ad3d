import { createSignal, onCleanup } from 'solid-js';

/** The current Unix milliseconds, updated three times a minute while a component shows them. */
export function createClock(): () => number {
  const [now, setNow] = createSignal(Date.now());
  const timer = setInterval(() => setNow(Date.now()), 20_000);
  onCleanup(() => clearInterval(timer));
  return now;
}
