import { createSignal, For, Show } from 'solid-js';
import './styles/menu.css';
import { Icon, type IconName } from './icon.tsx';

export interface MenuItem {
  readonly label: string;
  readonly icon: IconName;
  readonly isDanger?: boolean;
  readonly opensDialog?: boolean;
  readonly onSelect: () => void;
}

/**
 * A button with a menu. The browser's popover closes it on Escape and outside clicks, and gives the
 * focus back to the button; it stands above everything, so no table cuts it off.
 */
export function Menu(props: { label: string; items: () => readonly MenuItem[] }) {
  const [isOpen, setOpen] = createSignal(false);
  let trigger: HTMLButtonElement | undefined;
  return (
    <>
      <button
        type="button"
        class="button-icon menu-trigger"
        ref={trigger}
        aria-label={props.label}
        aria-haspopup="menu"
        aria-expanded={isOpen()}
        onClick={() => setOpen(!isOpen())}
      >
        <Icon name="more" />
      </button>
      <Show when={isOpen()}>
        <Items
          label={props.label}
          items={props.items()}
          trigger={trigger}
          onClosed={() => setOpen(false)}
        />
      </Show>
    </>
  );
}

function Items(props: {
  label: string;
  items: readonly MenuItem[];
  trigger: HTMLElement | undefined;
  onClosed: () => void;
}) {
  let menu: HTMLDivElement | undefined;
  const items = () => [...(menu?.querySelectorAll<HTMLElement>('[role="menuitem"]') ?? [])];
  const show = () => {
    if (!menu?.isConnected || !props.trigger) return;
    menu.showPopover();
    place(menu, props.trigger.getBoundingClientRect());
    items()[0]?.focus();
  };
  const press = (event: KeyboardEvent) => {
    const all = items();
    const present = all.findIndex((item) => item.matches(':focus'));
    const to = (index: number) => {
      event.preventDefault();
      all.at(index % all.length)?.focus();
    };
    if (event.key === 'ArrowDown') to(present + 1);
    else if (event.key === 'ArrowUp') to(present - 1);
    else if (event.key === 'Home') to(0);
    else if (event.key === 'End') to(-1);
    else if (event.key === 'Tab') menu?.hidePopover();
    else if (/^\p{L}$/u.test(event.key)) {
      const rest = [...all.slice(present + 1), ...all];
      const starts = (item: HTMLElement) =>
        item.textContent?.trim().toLowerCase().startsWith(event.key.toLowerCase());
      rest.find(starts)?.focus();
    }
  };
  const select = (item: MenuItem) => {
    menu?.hidePopover();
    item.onSelect();
  };
  return (
    <div
      class="menu"
      role="menu"
      aria-label={props.label}
      tabIndex={-1}
      popover="auto"
      ref={(element) => {
        menu = element;
        queueMicrotask(show);
      }}
      onKeyDown={press}
      on:toggle={(event: ToggleEvent) => event.newState === 'closed' && props.onClosed()}
    >
      <For each={props.items}>
        {(item) => (
          <button
            type="button"
            role="menuitem"
            class="menu-item"
            classList={{ 'menu-item-danger': item.isDanger }}
            tabIndex={-1}
            aria-haspopup={item.opensDialog ? 'dialog' : undefined}
            onClick={() => select(item)}
          >
            <Icon name={item.icon} /> {item.label}
          </button>
        )}
      </For>
    </div>
  );
}

/** Below its button, ending where the button ends; above where there is no room. */
function place(menu: HTMLElement, { top, bottom, right }: DOMRect): void {
  const fits = bottom + menu.offsetHeight + 8 <= window.innerHeight;
  menu.style.top = `${fits ? bottom + 4 : Math.max(8, top - menu.offsetHeight - 4)}px`;
  menu.style.left = `${Math.max(8, right - menu.offsetWidth)}px`;
}
