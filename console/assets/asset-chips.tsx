import { Show } from 'solid-js';
import type { Asset, RiskLevel } from '../api/assets.ts';
import type { JobStatus } from '../api/records.ts';
import { assets } from '../messages/messages.ts';
import { Chip, type Tone } from '../ui/chip.tsx';
import type { IconName } from '../ui/icon.tsx';

const text = assets.repos;

const looks: Readonly<Record<JobStatus, readonly [Tone, IconName]>> = {
  queued: ['calm', 'clock'],
  running: ['calm', 'rotate'],
  completed: ['good', 'check'],
  failed: ['danger', 'warning'],
  cancelled: ['warning', 'close'],
};

/** The state of a scan. */
export function StatusChip(props: { status: JobStatus }) {
  return (
    <Chip
      tone={looks[props.status][0]}
      icon={looks[props.status][1]}
      label={text.statuses[props.status]}
    />
  );
}

/** The tone of a risk; its word stands beside it. */
export const tones: Readonly<Record<RiskLevel, Tone>> = {
  low: 'good',
  medium: 'calm',
  high: 'warning',
  critical: 'danger',
};

/** The risk that the last completed scan found. */
export function RiskChip(props: { asset: Pick<Asset, 'riskLevel'> }) {
  return (
    <Show when={props.asset.riskLevel} fallback={<span class="muted">{text.noRisk}</span>}>
      {(level) => (
        <Chip
          tone={tones[level()]}
          icon={level() === 'low' ? 'check' : 'warning'}
          label={text.risk(level())}
        />
      )}
    </Show>
  );
}
