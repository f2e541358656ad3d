import {
  createContext,
  createSignal,
  type JSX,
  onCleanup,
  type ParentProps,
  useContext,
} from 'solid-js';
import { withoutSecrets } from '../api/raw-secrets.ts';
import { createPlaces } from './places.ts';

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
  /** Goes to the page above: back, where the reader came from it; else to its link to the page below. */
  readonly goUp: (href: string) => void;
  /** The part of the page that its address names, `history` for example; empty where a place is restored. */
  readonly newPart: () => string;
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
  if (safe.href !== address.href) history.replaceState(history.state, '', safe);
  return safe;
}

/** Loads the page again, at its present address. */
export function reloadPage(): void {
  location.reload();
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

/** An address of the console as its links have it. */
const hrefOf = ({ pathname, search }: URL) => pathname + search;

export function LocationProvider(props: ParentProps) {
  const [address, setAddress] = createSignal(readAddress());
  history.scrollRestoration = 'manual';
  const places = createPlaces({
    entry: () => history.state,
    setEntry: (entry) => history.replaceState(entry, ''),
  });
  const write = (how: 'push' | 'replace', to: URL) => {
    const next = safeAddress(to);
    if (how === 'replace') history.replaceState(places.stay(), '', next);
    else history.pushState(places.leave(hrefOf(address()), hrefOf(next)), '', next);
    setAddress(readAddress());
  };
  const changed = (parameters: Readonly<Record<string, string | undefined>>) => {
    const next = new URL(address());
    for (const [name, value] of Object.entries(parameters)) {
      if (value === undefined) next.searchParams.delete(name);
      else next.searchParams.set(name, value);
    }
    return next;
  };
  const go = (href: string, how: 'push' | 'replace' = 'push', below: string | null = null) => {
    write(how, new URL(href, address()));
    if (how === 'push') places.arrive(below);
  };
  const guards = new Set<() => boolean>();
  const step = () => {
    const next = readAddress();
    if (![...guards].every((mayLeave) => mayLeave())) {
      // The entry that Back led to keeps its state.
      history.pushState(places.stay(), '', safeAddress(address()));
      return;
    }
    const restore = places.step();
    setAddress(next);
    restore();
  };
  window.addEventListener('popstate', step);
  onCleanup(() => window.removeEventListener('popstate', step));
  return (
    <LocationContext.Provider
      value={{
        path: () => address().pathname,
        parameter: (name) => address().searchParams.get(name),
        go: (href, how) => go(href, how),
        goUp(href) {
          const steps = places.stepsTo(href);
          if (steps === null) go(href, 'push', hrefOf(address()));
          else history.go(-steps);
        },
        newPart: () => (places.isNew() ? address().hash.slice(1) : ''),
        change: (parameters, how) => write(how, changed(parameters)),
        hrefWith: (parameters) => hrefOf(safeAddress(changed(parameters))),
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
  /** Whether it leads to the page above. */
  isUp?: boolean;
  children: JSX.Element;
}) {
  const { path, go, goUp } = useLocation();
  const isHere = () => path() === props.href || path().startsWith(`${props.href}/`);
  const follow = (event: MouseEvent) => {
    const isPlain = !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (event.button !== 0 || !isPlain) return;
    event.preventDefault();
    (props.isUp ? goUp : go)(props.href);
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
