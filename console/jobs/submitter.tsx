import { useApi } from '../api/api-context.tsx';
import { useQuery } from '../api/use-query.ts';
import { jobs as text } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';

/** Who asked for a job: a person or a key, by name where the reader may know it. */
export function Submitter(props: { id: string | null }) {
  const api = useApi();
  const member = useMember();
  const key = useQuery(() => ({
    queryKey: ['apiKeys', 'one', props.id],
    queryFn: () => api.trpc.apiKeys.get.query({ id: props.id ?? '' }),
    enabled: props.id?.startsWith('key_') === true && member()?.may.createApiKeys === true,
    // A name to show beside an id: without it the id does.
    retry: false,
  }));
  const name = () => {
    if (props.id === null) return text.nobody;
    if (props.id === member()?.user.id) return text.you;
    return key.isSuccess ? text.key(key.data.label) : props.id;
  };
  return <bdi>{name()}</bdi>;
}
