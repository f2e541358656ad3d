import { session as text } from '../messages/messages.ts';
import { Icon } from '../ui/icon.tsx';
import { useMembership } from './member-context.ts';

/**
 * Explains why the viewer can do nothing here, and who can help. It offers no action that fails.
 *
 * @param props.section - the refused section; managing keys when absent.
 */
export function PermissionPanel(props: { section?: string }) {
  const { viewerStatus } = useMembership();
  const title = () =>
    props.section === undefined ? text.refused.title : text.refusedSection.title(props.section);
  const words = () => {
    const now = viewerStatus();
    const reasons = props.section === undefined ? text.refused : text.refusedSection;
    return now.kind === 'member' ? reasons.member(now.member.organization.name) : reasons[now.kind];
  };
  return (
    <section class="card panel" aria-labelledby="refused">
      <span class="panel-icon">
        <Icon name="lock" />
      </span>
      <h2 id="refused">{title()}</h2>
      <p>{words().why}</p>
      <p class="muted">{words().help}</p>
    </section>
  );
}
