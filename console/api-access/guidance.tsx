import { For, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { apiKeyQueries } from '../api/api-keys.ts';
import type { ApiKey, ApiKeyPage, ApiKeyQuery } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { guidance as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/location.tsx';
import { isOld, isUnused, oldBefore } from './key-age.ts';

// The oldest hundred are enough: only the existence of old keys matters.
const oldest: ApiKeyQuery = { status: 'active', sort: 'created_at', limit: 100 };
const leastUsed: ApiKeyQuery = { status: 'active', sort: 'last_used_at', limit: 100 };

/** The documentation's advice, and the keys that it concerns. */
export function Guidance() {
  const api = useApi();
  const old = useQuery(() => apiKeyQueries.list(api, oldest));
  const unused = useQuery(() => apiKeyQueries.list(api, leastUsed));
  const rotated = useQuery(() => ({
    ...apiKeyQueries.rotatedSince(api, oldBefore()),
    // A key younger than 90 days cannot have an old secret.
    enabled: old.isSuccess && old.data.items.some((key) => isOld(key.createdAt)),
  }));
  return (
    <section class="guidance" aria-labelledby="guidance">
      <h2 id="guidance">{text.title}</h2>
      <Reminder
        page={old.isSuccess && rotated.isSuccess ? old.data : null}
        concerns={(key) => isOld(key.createdAt) && !rotated.data?.includes(key.id)}
        says={text.old}
        href="/settings/api-access?status=active&sort=created_at"
      />
      <Reminder
        page={unused.isSuccess ? unused.data : null}
        concerns={isUnused}
        says={text.unused}
        href="/settings/api-access?status=active&sort=last_used_at"
      />
      <ul class="practices">
        <For each={text.practices}>
          {([title, hint]) => (
            <li>
              <strong>{title}</strong>
              <span class="muted">{hint}</span>
            </li>
          )}
        </For>
      </ul>
    </section>
  );
}

function Reminder(props: {
  page: ApiKeyPage | null;
  concerns: (key: ApiKey) => boolean;
  says: (count: number, more: boolean) => string;
  href: string;
}) {
  const count = () => props.page?.items.filter(props.concerns).length ?? 0;
  const more = () => count() === props.page?.items.length && props.page.nextCursor !== null;
  return (
    <Show when={count() > 0}>
      <p class="notice">
        <span>
          <Icon name="clock" /> {props.says(count(), more())}
        </span>
        <Link class="button" href={props.href}>
          {text.show}
        </Link>
      </p>
    </Show>
  );
}
