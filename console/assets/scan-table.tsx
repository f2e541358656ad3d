import type { UseQueryResult } from '@tanstack/solid-query';
import type { ScanPage } from '../api/assets.ts';
import { assets } from '../messages/messages.ts';
import { ListCard } from '../ui/list-page.tsx';
import { TimeAgo } from '../ui/time-ago.tsx';
import { visibleText } from '../ui/visible-text.ts';
import { StatusChip } from './asset-chips.tsx';

const text = assets.repos.scans;

/** The newest scans, with the reasons of those that failed. */
export function ScanTable(props: { query: UseQueryResult<ScanPage, Error> }) {
  return (
    <>
      <header class="section-head">
        <h2>{text.title}</h2>
      </header>
      <ListCard
        label={text.title}
        query={props.query}
        empty={text.none}
        columns={Object.values(text.columns)}
        row={(scan) => (
          <tr class="row">
            <th scope="row" class="cell-main">
              <TimeAgo at={scan.createdAt} />
            </th>
            <td data-label={text.columns.status}>
              <StatusChip status={scan.status} />
            </td>
            <td data-label={text.columns.reason}>
              <bdi>{visibleText(scan.errorMessage ?? text.none)}</bdi>
            </td>
          </tr>
        )}
      />
    </>
  );
}
