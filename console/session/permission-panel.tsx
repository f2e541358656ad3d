import { session as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import { useMembership } from './member-context.ts';

/** Says why there is nothing to do here, and who can help. It offers nothing that would fail. */
export function PermissionPanel() {
  const { standing } = useMembership();
  const words = () => {
    const now = standing();
    return now.kind === 'member'
      ? text.refused.member(now.member.organization.name)
      : text.refused[now.kind];
  };
  return (
    <section class="card panel" aria-labelledby="refused">
      <span class="panel-icon">
        <Icon name="lock" />
      </span>
      <h2 id="refused">{text.refused.title}</h2>
      <p>{words().why}</p>
      <p class="muted">{words().help}</p>
    </section>
  );
}
