import { useApi } from '../../api/api-context.tsx';
import type { ApiKey } from '../../api/records.ts';
import { serviceAccountQueries } from '../../api/service-accounts.ts';
import { useQuery } from '../../api/use-query.ts';
import { keyEdit as text } from '../../messages/messages.ts';
import { useMember } from '../../session/member-context.ts';
import { Field } from '../../ui/field.tsx';
import { Select } from '../../ui/select.tsx';
import type { Owner } from './key-edit.ts';

/** Hands a key to a service account, back to its creator, or takes it over. */
export function OwnerField(props: {
  apiKey: ApiKey;
  value: Owner;
  error: string | undefined;
  onChange: (owner: Owner) => void;
}) {
  const api = useApi();
  const member = useMember();
  const accounts = useQuery(() => serviceAccountQueries.all(api));
  const known = () => (accounts.isSuccess ? accounts.data : []);
  const isMine = () => props.apiKey.createdBy === member()?.user.id;
  const creator = () => {
    if (isMine()) return text.me;
    const { createdBy } = props.apiKey;
    return createdBy === null ? text.organization : text.creator(createdBy);
  };
  const present = () => {
    const { serviceAccountId } = props.apiKey;
    if (serviceAccountId === null) return creator();
    const name = known().find(({ id }) => id === serviceAccountId)?.name;
    return text.account(name ?? serviceAccountId);
  };
  const options = (): (readonly [string, string])[] => [
    ['keep', present()],
    ...(props.apiKey.serviceAccountId === null || isMine()
      ? []
      : [['creator', creator()] as const]),
    ...(isMine() && props.apiKey.serviceAccountId === null
      ? []
      : [['me', isMine() ? text.me : text.takeOver] as const]),
    ...known()
      .filter(({ id, isActive }) => isActive && id !== props.apiKey.serviceAccountId)
      .map(({ id, name }) => [id, text.account(name)] as const),
  ];
  const kind = () => (typeof props.value === 'string' ? props.value : 'account');
  return (
    <Field label={text.owner} hint={text.ownerHints[kind()]} error={props.error}>
      {(control) => (
        <Select
          control={control}
          value={typeof props.value === 'string' ? props.value : props.value.account}
          options={options()}
          onChange={(value) =>
            props.onChange(
              value === 'keep' || value === 'me' || value === 'creator'
                ? value
                : { account: value },
            )
          }
        />
      )}
    </Field>
  );
}
