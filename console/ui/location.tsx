import {
  createContext,
  createSignal,
  type JSX,
  onCleanup,
  type ParentProps,
  useContext,
} from 'solid-js';
import { withoutSecrets } from '../api/raw-secrets.ts';

// Five fixed paths and a few parameters need no larger router; this one weighs a tenth of a general
// one.
interface Location {
  readonly path: () => string;
  /** One parameter of the query; null when it is not there. */
  readonly parameter: (name: string) => string | null;
  /**
   * Goes to another page, which starts at its top. Here as in `change`, a raw secret is replaced by
   * its preview before the browser gets it. `replace` leaves no step to go back to.
   */
  readonly go: (href: string, how?: 'push' | 'replace') => void;
  /** Changes parameters in place; undefined removes one. `replace` leaves no step to go back to. */
  readonly change: (
    parameters: Readonly<Record<string, string | undefined>>,
    how: 'push' | 'replace',
  ) => void;
  /** The present address with changed parameters, for a link; undefined removes one. */
  readonly hrefWith: (parameters: Readonly<Record<string, string | undefined>>) => string;
  /** Asks before Back or Forward leaves the page, while the component is mounted. */
  readonly guard: (mayLeave: () => boolean) => void;
}

const LocationContext = createContext<Location>();

/** The address bar's content as a reactive value. */
export function useLocation(): Location {
  const location = useContext(LocationContext);
  if (location === undefined) throw new Error('no location around this component');
  return location;
}

/**
 * Reads the address bar. Raw secrets in it become their previews first, because a link may hold a
 * pasted key. No other code may read the address.
 */
export function readAddress(): URL {
  const address = new URL(location.href);
  const safe = safeAddress(address);
  if (safe.href !== address.href) history.replaceState(null, '', safe);
  return safe;
}

/** Loads the page again, at its present address. */
export function reloadPage(): void {
  location.reload();
}

function writeAddress(how: 'push' | 'replace', address: URL): void {
  history[how === 'push' ? 'pushState' : 'replaceState'](null, '', safeAddress(address));
}

function safeAddress(address: URL): URL {
  const safe = new URL(address);
  safe.pathname = withoutSecrets(safe.pathname);
  safe.hash = withoutSecrets(safe.hash);
  for (const [name, value] of address.searchParams) {
    if (withoutSecrets(name) !== name) safe.searchParams.delete(name);
    else if (withoutSecrets(value) !== value) safe.searchParams.set(name, withoutSecrets(value));
  }
  return safe;
}

export function LocationProvider(props: ParentProps) {
  const [address, setAddress] = createSignal(readAddress());
  const follow = () => setAddress(readAddress());
  const changed = (parameters: Readonly<Record<string, string | undefined>>) => {
    const next = new URL(address());
    for (const [name, value] of Object.entries(parameters)) {
      if (value === undefined) next.searchParams.delete(name);
      else next.searchParams.set(name, value);
    }
    return next;
  };
  const guards = new Set<() => boolean>();
  const step = () => {
    const next = readAddress();
    if ([...guards].every((mayLeave) => mayLeave())) setAddress(next);
    else writeAddress('push', address());
  };
  window.addEventListener('popstate', step);
  onCleanup(() => window.removeEventListener('popstate', step));
  return (
    <LocationContext.Provider
      value={{
        path: () => address().pathname,
        parameter: (name) => address().searchParams.get(name),
        go(href, how = 'push') {
          writeAddress(how, new URL(href, address()));
          follow();
          window.scrollTo(0, 0);
        },
        change(parameters, how) {
          writeAddress(how, changed(parameters));
          follow();
        },
        hrefWith(parameters) {
          const { pathname, search } = safeAddress(changed(parameters));
          return pathname + search;
        },
        guard(asked) {
          guards.add(asked);
          onCleanup(() => guards.delete(asked));
        },
      }}
    >
      {props.children}
    </LocationContext.Provider>
  );
}

/** A link inside the console; with a modifier key the browser handles it like any other. */
export function Link(props: {
  href: string;
  class?: string;
  /** Whether Enter anywhere in the link's row of a grid follows it. */
  activatesRow?: boolean;
  children: JSX.Element;
}) {
  const { path, go } = useLocation();
  const isHere = () => path() === props.href || path().startsWith(`${props.href}/`);
  const follow = (event: MouseEvent) => {
    const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (event.button !== 0 || !isPlain) return;
    event.preventDefault();
    go(props.href);
  };
  return (
    <a
      href={props.href}
      class={props.class}
      data-activate={props.activatesRow ? '' : undefined}
      aria-current={isHere() ? 'page' : undefined}
      onClick={follow}
    >
      {props.children}
    </a>
  );
}
