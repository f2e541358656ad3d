import { useApi } from '../api/api-context.tsx';
import type { DeliveryStatus, Webhook } from '../api/records.ts';
import { useQuery } from '../api/use-query.ts';
import { webhookQueries } from '../api/webhooks.ts';
import { webhooks } from '../messages/messages.ts';
import { createPaging, ListCard } from '../ui/list-page.tsx';
import { useLocation } from '../ui/location.tsx';
import { Select } from '../ui/select.tsx';
import { DeliveryRow } from './delivery-row.tsx';

const text = webhooks.deliveries;
const statuses = Object.keys(text.statuses) as DeliveryStatus[];

/** A webhook's past and pending deliveries; pending ones are refetched. */
export function Deliveries(props: { webhook: Webhook }) {
  const api = useApi();
  const { parameter } = useLocation();
  const status = () => statuses.find((each) => each === parameter('status'));
  const paging = createPaging();
  const page = useQuery(() =>
    webhookQueries.deliveries(api, props.webhook.id, status(), paging.cursor()),
  );
  const { actions, ...columns } = text.columns;
  return (
    <>
      <header class="section-head">
        <h2>{text.title}</h2>
        <p class="muted">{text.hint}</p>
      </header>
      <ListCard
        label={text.title}
        query={page}
        paging={paging}
        empty={status() === undefined ? text.empty : text.emptyFiltered}
        before={
          <div class="filters">
            <Select
              label={text.filter}
              value={status() ?? ''}
              options={[
                ['', text.any],
                ...statuses.map((each) => [each, text.statuses[each]] as const),
              ]}
              onChange={(value) => paging.restart({ status: value || undefined })}
            />
          </div>
        }
        columns={[...Object.values(columns), ...(props.webhook.isActive ? [actions] : [])]}
        row={(delivery) => <DeliveryRow webhook={props.webhook} delivery={delivery} />}
      />
    </>
  );
}
