import { For, Match, Show, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import {
  type Asset,
  type AssetKind,
  assetQueries,
  type Environment,
  type Finding,
  type Report,
  type RiskLevel,
} from '../api/assets.ts';
import { problemOf } from '../api/problem.ts';
import { useQuery } from '../api/use-query.ts';
import { findings as text } from '../messages/messages.ts';
import { Chip } from '../ui/chip.tsx';
import { Icon } from '../ui/icon.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { visibleText } from '../ui/visible-text.ts';
import { tones } from './asset-chips.tsx';

const worstFirst = ['critical', 'high', 'medium', 'low'] as const satisfies readonly RiskLevel[];

/** The report of the last completed scan: a summary, and its findings by severity. */
export function ReportView(props: { kind: AssetKind; environment: Environment; asset: Asset }) {
  const api = useApi();
  const report = useQuery(() =>
    assetQueries.report(api, props.kind, props.environment, props.asset),
  );
  return (
    <section class="card panel-plain" aria-labelledby="report">
      <h2 id="report">{text.title}</h2>
      <Switch>
        <Match when={report.isPending}>
          <Skeleton rows={3} />
        </Match>
        <Match when={report.isError}>
          <ProblemNote problem={problemOf(report.error)} onRetry={() => void report.refetch()} />
        </Match>
        <Match when={report.isSuccess && report.data.findings === null}>
          <p class="muted">{text.none}</p>
        </Match>
        <Match when={report.isSuccess && report.data}>
          {(known) => <Written report={known()} asset={props.asset} />}
        </Match>
      </Switch>
    </section>
  );
}

function Written(props: { report: Report; asset: Asset }) {
  const all = () => props.report.findings ?? [];
  const of = (level: RiskLevel) => all().filter(({ severity }) => severity === level);
  return (
    <>
      <Show when={props.report.completedAt}>
        {(at) => (
          <p class="hint">
            {text.completed} <TimeAgo at={at()} />.{' '}
            {props.asset.status === 'completed' ? '' : text.older}
          </p>
        )}
      </Show>
      <p class="report-summary">
        <bdi>{visibleText(props.report.summary ?? '')}</bdi>
      </p>
      <Show when={props.report.partial}>
        <p class="notice">
          <span>
            <Icon name="warning" /> {text.partial}
          </span>
        </p>
      </Show>
      <Show when={all().length === 0}>
        <p class="muted">{text.noFindings}</p>
      </Show>
      <For each={worstFirst.filter((level) => of(level).length > 0)}>
        {(level) => (
          <section class="findings" aria-labelledby={`findings-${level}`}>
            <h3 id={`findings-${level}`}>
              <Chip
                tone={tones[level]}
                icon={level === 'low' ? 'check' : 'warning'}
                label={text.group(level, of(level).length)}
              />
            </h3>
            <ul>
              <For each={of(level)}>{(finding) => <OneFinding finding={finding} />}</For>
            </ul>
          </section>
        )}
      </For>
    </>
  );
}

/** Everything here comes from a scanned source or from a model that read it: text, never markup. */
function OneFinding(props: { finding: Finding }) {
  const title = () => visibleText(props.finding.title);
  return (
    <li class="finding">
      <h4>
        <bdi>{title()}</bdi>
      </h4>
      <p class="hint">
        {text.rule} <code>{props.finding.rule}</code>
        <Show when={props.finding.file}>
          {(file) => (
            <>
              {' · '}
              <bdi>
                <code>{text.place(visibleText(file()), props.finding.line)}</code>
              </bdi>
            </>
          )}
        </Show>
      </p>
      <Show when={props.finding.evidence}>
        {(evidence) => (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so the keyboard must reach it
          <pre class="evidence" dir="ltr" tabIndex={0}>
            <code>{visibleText(evidence())}</code>
          </pre>
        )}
      </Show>
      <p>
        <strong>{text.advice}</strong> <bdi>{visibleText(props.finding.advice)}</bdi>
      </p>
    </li>
  );
}
