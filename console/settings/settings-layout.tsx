import { createEffect, createMemo, For, on, type ParentProps, Show, Suspense } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { loading, settings as text } from '../messages/messages.ts';
import { useMember, useMembership } from '../session/member-context.ts';
import { PermissionPanel } from '../session/permission-panel.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link, reloadPage, useLocation } from '../ui/location.tsx';
import { Page } from '../ui/page.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { ThemeSwitch } from '../ui/theme.tsx';
import { isOutdated, watchVersion } from '../ui/version.ts';
import { isRefused, sectionAt, sectionsFor } from './sections.ts';

/** The frame of every page: the signed-in user, the organization, the sections of Settings. */
export function SettingsLayout(props: ParentProps) {
  const { viewerStatus } = useMembership();
  const { path } = useLocation();
  let sections: HTMLElement | undefined;
  // The scroll waits for the next frame, which is laid out anyway: done immediately, it would force one
  // more layout while the page is built.
  createEffect(on(createMemo(path), () => void requestAnimationFrame(() => showPresent(sections))));
  watchVersion();
  return (
    <div class="shell">
      <a class="skip-link" href="#content">
        {text.skip}
      </a>
      <header class="top">
        <p class="brand">
          <img class="mark" src="/icon.svg" alt="" /> {text.product}
        </p>
        <WhoIsSignedIn />
      </header>
      <nav class="sections" aria-label={text.title} ref={sections}>
        <p class="sections-title">
          <Icon name="gear" /> {text.title}
        </p>
        <ul>
          <For each={sectionsFor(viewerStatus())}>
            {({ path: section, label, icon }) => (
              <li>
                <Link href={`/settings/${section}`}>
                  <Icon name={icon} /> {label}
                </Link>
              </li>
            )}
          </For>
        </ul>
      </nav>
      <div class="version" role="status">
        <Show when={isOutdated()}>
          <p>{loading.outdated}</p>
          <button type="button" class="button" onClick={reloadPage}>
            {loading.reload}
          </button>
        </Show>
      </div>
      <main class="content" id="content" tabIndex={-1}>
        <Suspense fallback={<Skeleton rows={6} />}>
          <Show when={!isRefused(viewerStatus(), path())} fallback={<RefusedSection />}>
            {props.children}
          </Show>
        </Suspense>
      </main>
    </div>
  );
}

/**
 * Brings the present section into view on narrow screens, where the sections scroll sideways.
 * `scrollIntoView()` would move the page as well, away from the place that Back brought it to.
 */
function showPresent(sections: HTMLElement | undefined): void {
  const here = sections?.querySelector('[aria-current]')?.getBoundingClientRect();
  if (sections === undefined || here === undefined) return;
  const seen = sections.getBoundingClientRect();
  if (here.left < seen.left + peek) sections.scrollLeft -= seen.left + peek - here.left;
  else if (here.right > seen.right - peek) sections.scrollLeft += here.right + peek - seen.right;
}

/** The part of the next section that shows, in pixels: it tells that there are more. */
const peek = 28;

/** Replaces a section that the viewer may not read. */
function RefusedSection() {
  const { path } = useLocation();
  const label = () => sectionAt(path())?.label ?? text.title;
  return (
    <Page title={label()}>
      <PermissionPanel section={label()} />
    </Page>
  );
}

function WhoIsSignedIn() {
  const { identity } = useApi();
  const { signOut } = useMembership();
  const member = useMember();
  return (
    <div class="who">
      <p>
        <Show when={member()}>
          {(known) => (
            <>
              <strong class="who-org">{known().organization.name}</strong>
              <Show when={known().tier}>
                {(tier) => <span class="who-tier">{text.tier(tier())}</span>}
              </Show>
            </>
          )}
        </Show>
        <span class="who-name">{identity.name}</span>
      </p>
      <ThemeSwitch />
      <button type="button" class="button" onClick={signOut}>
        {text.switchPerson}
      </button>
    </div>
  );
}
