import { createSignal } from 'solid-js';
import { settings as text } from '../messages/messages.ts';
import { readStored, store } from './browser-storage.ts';
import { Icon, type IconName } from './icon.tsx';
import { useStatusLine } from './status-line.tsx';

const themes = ['system', 'light', 'dark'] as const;
type Theme = (typeof themes)[number];

const storageKey = 'reporisk.theme';

const icons: Readonly<Record<Theme, IconName>> = { system: 'half', light: 'sun', dark: 'moon' };

const [theme, setTheme] = createSignal<Theme>('system');

/** Applies the reader's choice of an earlier visit, before anything shows. */
export function applyTheme(): void {
  const stored = readStored('localStorage', storageKey);
  choose(themes.find((each) => each === stored) ?? 'system');
}

function choose(chosen: Theme): void {
  setTheme(chosen);
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

/** Goes from the system's theme to light to dark. */
export function ThemeSwitch() {
  const announce = useStatusLine();
  const next = () => {
    const chosen = themes[(themes.indexOf(theme()) + 1) % themes.length] ?? 'system';
    choose(chosen);
    store('localStorage', storageKey, chosen);
    announce(text.theme(text.themes[chosen]));
  };
  return (
    <button
      type="button"
      class="button-icon"
      aria-label={text.theme(text.themes[theme()])}
      title={text.theme(text.themes[theme()])}
      onClick={next}
    >
      <Icon name={icons[theme()]} />
    </button>
  );
}
