import { type Component, createResource } from 'solid-js';
import { Dynamic } from 'solid-js/web';

/**
 * A component that is loaded at its first render. A failed load is forgotten: the next render,
 * after *Try again* for example, asks the server again. Solid's `lazy` would keep the rejection.
 *
 * @param load - imports the module.
 * @param name - the component's export.
 */
export function lazyNamed<Name extends string, Props extends object>(
  load: () => Promise<Readonly<Record<Name, Component<Props>>>>,
  name: Name,
): Component<Props> {
  let loaded: Component<Props> | undefined;
  let failure: unknown;
  return (props) => {
    const [component] = createResource(async () => {
      try {
        loaded ??= (await (failure === undefined ? load() : loadAgain(load, failure)))[name];
        return loaded;
      } catch (error) {
        failure = error;
        throw error;
      }
    });
    return <Dynamic component={loaded ?? component()} {...props} />;
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
