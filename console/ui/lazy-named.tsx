import { type Component, createResource, ErrorBoundary, type JSX, Show } from 'solid-js';
import { Dynamic } from 'solid-js/web';
import { DialogFailed, type Failure, PartFailed } from './load-failed.tsx';

type Load<Name extends string, Props extends object> = () => Promise<
  Readonly<Record<Name, Component<Props>>>
>;

/**
 * A component that is loaded at its first render, within a boundary of its own: its failures stay
 * in its place. A failed load is forgotten: *Try again* asks the server again. Solid's `lazy` would
 * keep the rejection. `preload` loads it ahead of its render.
 *
 * @param load - imports the module.
 * @param name - the component's export.
 */
export function lazyNamed<Name extends string, Props extends object>(
  load: Load<Name, Props>,
  name: Name,
): Component<Props> & { readonly preload: () => void } {
  const chunk = createChunk(load, name);
  const component = bounded(chunk, (failure) => <PartFailed failure={failure()} />);
  return Object.assign(component, { preload: () => void chunk.load().catch(() => {}) });
}

/** The same for a dialog, which is loaded ahead of its use, once the browser is idle. */
export function lazyDialog<Name extends string, Props extends { onClose: () => void }>(
  load: Load<Name, Props>,
  name: Name,
): Component<Props> {
  const chunk = createChunk(load, name);
  // Safari has no idle callback.
  const whenIdle = window.requestIdleCallback ?? ((run: () => void) => setTimeout(run, 1_000));
  whenIdle(() => void chunk.load().catch(() => {}));
  return bounded(chunk, (failure, props) => (
    <DialogFailed failure={failure()} onClose={() => props.onClose()} />
  ));
}

interface Chunk<Props extends object> {
  readonly loaded: () => Component<Props> | undefined;
  load(): Promise<Component<Props>>;
}

function createChunk<Name extends string, Props extends object>(
  load: Load<Name, Props>,
  name: Name,
): Chunk<Props> {
  let loaded: Component<Props> | undefined;
  let failure: unknown;
  return {
    loaded: () => loaded,
    async load() {
      try {
        loaded ??= (await (failure === undefined ? load() : loadAgain(load, failure)))[name];
        return loaded;
      } catch (error) {
        failure = error;
        throw error;
      }
    },
  };
}

function bounded<Props extends object>(
  chunk: Chunk<Props>,
  failed: (failure: () => Failure, props: Props) => JSX.Element,
): Component<Props> {
  return (props) => {
    const [component, { refetch }] = createResource(chunk.load);
    const loadFailure = (): Failure => ({
      kind: 'load',
      isRetrying: component.loading,
      onRetry: () => void refetch(),
    });
    const present = () => chunk.loaded() ?? (component.error ? undefined : component());
    return (
      <ErrorBoundary
        fallback={(error, reset) => {
          // The boundary hides the error from the browser's console otherwise.
          reportError(error);
          return failed(() => ({ kind: 'fault', isRetrying: false, onRetry: reset }), props);
        }}
      >
        <Show when={component.error === undefined} fallback={failed(loadFailure, props)}>
          <Dynamic component={present()} {...props} />
        </Show>
      </ErrorBoundary>
    );
  };
}

/**
 * Chromium and Firefox remember a module that could not be fetched as failed until the page is
 * reloaded, and Vite requests a style sheet once. So the module is fetched under another address,
 * which the error names, and the style sheet by a new element. A failed dependency stays failed.
 */
async function loadAgain<Module>(load: () => Promise<Module>, failure: unknown): Promise<Module> {
  const links = document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]');
  await Promise.all([...links].filter(isBroken).map(reload));
  const [address] = /https?:\S+\.js/.exec(String(failure)) ?? [];
  return !address?.startsWith(`${location.origin}/`)
    ? load()
    : import(/* @vite-ignore */ `${address}?${Date.now()}`);
}

/** A style sheet that did not arrive has no readable rules. */
function isBroken({ sheet }: HTMLLinkElement): boolean {
  try {
    return sheet?.cssRules === undefined;
  } catch {
    return true;
  }
}

function reload(broken: HTMLLinkElement): Promise<unknown> {
  const link = broken.cloneNode() as HTMLLinkElement;
  return new Promise((resolve, reject) => {
    link.addEventListener('load', resolve);
    link.addEventListener('error', () => reject(new Error(`no style sheet at ${link.href}`)));
    broken.replaceWith(link);
  });
}
