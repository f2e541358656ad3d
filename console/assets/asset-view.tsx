import { Match, Show, Switch } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import {
  type Asset,
  type AssetKind,
  assetQueries,
  type Environment,
  isScanned,
} from '../api/assets.ts';
import { problemOf } from '../api/problem.ts';
import { useQuery } from '../api/use-query.ts';
import { assets } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { Icon } from '../ui/icon.tsx';
import { Link } from '../ui/location.tsx';
import { Page } from '../ui/page.tsx';
import { ProblemNote } from '../ui/problem-note.tsx';
import { Skeleton } from '../ui/skeleton.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { visibleText } from '../ui/visible-text.ts';
import { RiskChip, StatusChip } from './asset-chips.tsx';
import { SubOrgName } from './asset-list.tsx';
import { ReportView } from './report-view.tsx';
import { RetryScan } from './retry-scan.tsx';
import { ScanTable } from './scan-table.tsx';

interface Shown {
  readonly kind: AssetKind;
  readonly environment: Environment;
}

/** One repository or extension: its scan under way, its report, its scans. */
export function AssetView(props: Shown & { path: string; id: number }) {
  const api = useApi();
  const text = () => assets[props.kind.noun];
  const asset = useQuery(() => assetQueries.one(api, props.kind, props.environment, props.id));
  const all = () => `${props.path}${props.environment === 'test' ? '?environment=test' : ''}`;
  return (
    <Page
      title={asset.isSuccess ? visibleText(asset.data.name) : text().name}
      before={
        <Link class="back link" href={all()} isUp>
          <Icon name="chevron" /> {text().all}
        </Link>
      }
    >
      <Switch>
        <Match when={asset.isPending}>
          <Skeleton rows={5} />
        </Match>
        <Match when={asset.isError}>
          <ProblemNote problem={problemOf(asset.error)} onRetry={() => void asset.refetch()} />
        </Match>
        <Match when={asset.isSuccess && asset.data}>
          {(known) => <Known kind={props.kind} environment={props.environment} asset={known()} />}
        </Match>
      </Switch>
    </Page>
  );
}

function Known(props: Shown & { asset: Asset }) {
  const api = useApi();
  const scans = useQuery(() => assetQueries.scans(api, props.kind, props.environment, props.asset));
  const newest = () => (scans.isSuccess ? scans.data.items[0] : undefined);
  return (
    <>
      <section class="card panel-plain" aria-label={visibleText(props.asset.name)}>
        <Facts {...props} />
        <Switch>
          <Match when={isScanned(props.asset)}>
            <ScanProgress {...props} progress={newest()?.progress ?? 0} />
          </Match>
          <Match when={props.asset.status === 'failed'}>
            <RetryScan {...props} scan={newest()} />
          </Match>
        </Switch>
      </section>
      <ReportView {...props} />
      <ScanTable query={scans} />
    </>
  );
}

function Facts(props: Shown & { asset: Asset }) {
  const member = useMember();
  const text = () => assets[props.kind.noun];
  return (
    <dl class="facts">
      <div>
        <dt>{text().columns.status}</dt>
        <dd>
          <StatusChip status={props.asset.status} />
        </dd>
      </div>
      <div>
        <dt>{text().columns.risk}</dt>
        <dd>
          <RiskChip asset={props.asset} />{' '}
          <Show when={props.asset.riskScore !== null}>
            {text().score(props.asset.riskScore ?? 0)}
          </Show>
        </dd>
      </div>
      <div>
        <dt>{text().url}</dt>
        <dd>
          <bdi>{visibleText(props.asset.url ?? text().uploaded)}</bdi>
        </dd>
      </div>
      <div>
        <dt>{text().environment}</dt>
        <dd>{text().environments[props.environment]}</dd>
      </div>
      <Show when={member()}>
        <div>
          <dt>{text().columns.subOrg}</dt>
          <dd>
            <SubOrgName id={props.asset.subOrgId} />
          </dd>
        </div>
      </Show>
      <div>
        <dt>{text().columns.added}</dt>
        <dd>
          <TimeAgo at={props.asset.createdAt} />
        </dd>
      </div>
    </dl>
  );
}

function ScanProgress(props: Shown & { asset: Asset; progress: number }) {
  const text = () => assets[props.kind.noun];
  const step = () => text().steps.findLast(([from]) => from <= props.progress)?.[1] ?? '';
  return (
    <div class="progress">
      <p role="status">
        {props.asset.status === 'queued' ? text().waiting : text().running(step())}
      </p>
      <Show
        when={props.asset.status === 'running'}
        fallback={<progress aria-label={text().progress} />}
      >
        <progress aria-label={text().progress} max={100} value={props.progress} />
      </Show>
    </div>
  );
}
