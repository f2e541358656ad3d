import { useApi } from '../api/api-context.tsx';
import { serviceAccountQueries } from '../api/service-accounts.ts';
import { useQuery } from '../api/use-query.ts';
import { bulk as text } from '../messages/messages.ts';
import { Field } from '../ui/field.tsx';
import { Select } from '../ui/select.tsx';

/** The service account that becomes the owner. */
export function AccountField(props: {
  value: string;
  error: string | undefined;
  onChange: (id: string) => void;
}) {
  const api = useApi();
  const accounts = useQuery(() => serviceAccountQueries.all(api));
  const known = () => (accounts.isSuccess ? accounts.data : []).filter(({ isActive }) => isActive);
  const hint = () =>
    accounts.isSuccess && known().length === 0 ? text.noAccounts : text.accountHint;
  return (
    <Field label={text.account} hint={hint()} error={props.error}>
      {(control) => (
        <Select
          control={control}
          value={props.value}
          options={[
            ['', text.choose],
            ...known().map(({ id, name, role }) => [id, `${name} (${role})`] as const),
          ]}
          onChange={props.onChange}
        />
      )}
    </Field>
  );
}
