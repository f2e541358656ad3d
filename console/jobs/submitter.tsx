import { type JSX, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { keyHref } from '../api/record-links.ts';
import { useQuery } from '../api/use-query.ts';
import { jobs as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Link } from '../ui/location.tsx';

/** The submitter of a job: a person or a key, by name where the reader may know it. */
export function Submitter(props: { id: string | null }) {
  const member = useMember();
  const name = () => {
    if (props.id === null) return text.system;
    return props.id === member()?.user.id ? text.you : props.id;
  };
  return <SubmittingKey id={props.id} fallback={<bdi>{name()}</bdi>} />;
}

/** The key that submitted a job, which leads to its page. */
export function SubmittingKey(props: { id: string | null; fallback?: JSX.Element }) {
  const api = useApi();
  const member = useMember();
  const key = useQuery(() => ({
    queryKey: ['apiKeys', 'one', props.id],
    queryFn: () => api.trpc.apiKeys.get.query({ id: props.id ?? '' }),
    enabled: props.id?.startsWith('key_') === true && member()?.may.createApiKeys === true,
    // Only a name beside an id: without it, the id is enough.
    retry: false,
  }));
  return (
    <Show when={key.isSuccess && key.data} fallback={props.fallback}>
      {(known) => (
        <Link class="link" href={keyHref(known().id)}>
          <bdi>{text.key(known().label)}</bdi>
        </Link>
      )}
    </Show>
  );
}
