import { createEffect, ErrorBoundary, For, on, type ParentProps, Show, Suspense } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { problemOf } from '../api/problem.ts';
import { settings as text } from '../messages/messages.ts';
import { useMember, useMembership } from '../session/member-context.ts';
import { PermissionPanel } from '../session/permission-panel.tsx';
import { Icon } from '../ui/icon.tsx';
import { Link, useLocation } from '../ui/location.tsx';
import { Page } from '../ui/page.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { isRefused, sectionAt, sectionsFor } from './sections.ts';

/** The frame of every page: the signed-in user, the organization, the sections of Settings. */
export function SettingsLayout(props: ParentProps) {
  const { viewerStatus } = useMembership();
  const { path } = useLocation();
  let sections: HTMLElement | undefined;
  // On narrow screens the sections scroll. The scroll waits for the next frame, which is laid out
  // anyway: done immediately, it would force one more layout while the page is built.
  const showPresent = () => {
    const here = sections?.querySelector('[aria-current]');
    here?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  };
  createEffect(on(path, () => void requestAnimationFrame(showPresent)));
  return (
    <div class="shell">
      <a class="skip-link" href="#content">
        {text.skip}
      </a>
      <header class="top">
        <p class="brand">
          <Icon name="key" /> {text.product}
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
      <main class="content" id="content" tabIndex={-1}>
        <ErrorBoundary
          fallback={(error, reset) => {
            // Without this report a bug here would look like a network failure.
            reportError(error);
            return <ProblemNote problem={problemOf(error)} onRetry={reset} />;
          }}
        >
          <Suspense fallback={<Skeleton rows={6} />}>
            <Show when={!isRefused(viewerStatus(), path())} fallback={<RefusedSection />}>
              {props.children}
            </Show>
          </Suspense>
        </ErrorBoundary>
      </main>
    </div>
  );
}

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
      <button type="button" class="button" onClick={signOut}>
        {text.switchPerson}
      </button>
    </div>
  );
}
