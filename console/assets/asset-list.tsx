import { createSignal, Show } from 'solid-js';
import { useApi } from '../api/api-context.tsx';
import { type Asset, type AssetKind, assetQueries, type Environment } from '../api/assets.ts';
import { subOrgQueries } from '../api/sub-orgs.ts';
import { useQuery } from '../api/use-query.ts';
import { assets } from '../messages/messages.ts';
import { useMember } from '../session/member-context.ts';
import { lazyDialog } from '../ui/lazy-named.tsx';
import { createPaging, ListPage } from '../ui/list-page.tsx';
import { Link, useLocation } from '../ui/location.tsx';
import { Select } from '../ui/select.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { visibleText } from '../ui/visible-text.ts';
import { RiskChip, StatusChip } from './asset-chips.tsx';

const SubmitDialog = lazyDialog(() => import('./submit-dialog.tsx'), 'SubmitDialog');

/** The repositories or extensions of one environment, with what their last scans found. */
export function AssetList(props: { kind: AssetKind; path: string; environment: Environment }) {
  const api = useApi();
  const member = useMember();
  const { go } = useLocation();
  const text = () => assets[props.kind.noun];
  const paging = createPaging();
  const page = useQuery(() =>
    assetQueries.list(api, props.kind, props.environment, paging.cursor()),
  );
  const [isOpen, setOpen] = createSignal(false);
  // What a session submits is live; the sandbox belongs to its keys.
  const maySubmit = () => member()?.role === 'admin' && props.environment === 'live';
  const columns = () => {
    const { subOrg, status, risk, score, updated } = text().columns;
    return [text().name, ...(member() ? [subOrg] : []), status, risk, score, updated];
  };
  return (
    <ListPage
      title={text().title}
      lead={text().lead}
      create={maySubmit() ? { label: text().create, onClick: () => setOpen(true) } : undefined}
      query={page}
      paging={paging}
      empty={{
        icon: props.kind.noun === 'repos' ? 'branch' : 'puzzle',
        ...(props.environment === 'live' ? text().emptyLive : text().emptyTest),
      }}
      before={
        <search class="filters">
          <Select
            label={text().environment}
            value={props.environment}
            options={[
              ['live', text().environments.live],
              ['test', text().environments.test],
            ]}
            onChange={(environment) =>
              paging.restart({ environment: environment === 'test' ? 'test' : undefined })
            }
          />
        </search>
      }
      columns={columns()}
      row={(asset) => (
        <Row
          kind={props.kind}
          asset={asset}
          href={`${props.path}?${props.environment === 'test' ? 'environment=test&' : ''}id=${asset.id}`}
        />
      )}
    >
      <Show when={isOpen()}>
        <SubmitDialog
          kind={props.kind}
          onSubmitted={(id) => go(`${props.path}?id=${id}`)}
          onClose={() => setOpen(false)}
        />
      </Show>
    </ListPage>
  );
}

function Row(props: { kind: AssetKind; asset: Asset; href: string }) {
  const member = useMember();
  const text = () => assets[props.kind.noun];
  return (
    <tr class="row">
      <th scope="row" class="cell-main">
        <Link class="record-label" href={props.href}>
          <bdi>{visibleText(props.asset.name)}</bdi>
        </Link>
        <p class="hint break-anywhere">
          <bdi>{visibleText(props.asset.url ?? text().uploaded)}</bdi>
        </p>
      </th>
      <Show when={member()}>
        <td data-label={text().columns.subOrg}>
          <SubOrgName id={props.asset.subOrgId} />
        </td>
      </Show>
      <td data-label={text().columns.status}>
        <StatusChip status={props.asset.status} />
      </td>
      <td data-label={text().columns.risk}>
        <RiskChip asset={props.asset} />
      </td>
      <td data-label={text().columns.score}>{props.asset.riskScore ?? text().scans.none}</td>
      <td data-label={text().columns.updated}>
        <TimeAgo at={props.asset.updatedAt} />
      </td>
    </tr>
  );
}

/** A sub-org by name; only members of the parent organization may read it. */
export function SubOrgName(props: { id: number | null }) {
  const api = useApi();
  const subOrgs = useQuery(() => subOrgQueries.all(api));
  const name = () =>
    props.id === null
      ? assets.repos.noSubOrg
      : ((subOrgs.isSuccess ? subOrgs.data : []).find(({ id }) => id === props.id)?.name ??
        String(props.id));
  return <bdi>{name()}</bdi>;
}
