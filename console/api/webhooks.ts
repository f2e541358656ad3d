import { keepPreviousData } from '@tanstack/solid-query';
import type { Api } from './api-context.tsx';
import { defined } from './defined.ts';
import type { AuditEvent, DeliveryStatus, WebhookDelivery } from './records.ts';

/** The refetch interval of pending deliveries, in milliseconds. */
const pulse = 3_000;

export const webhookQueries = {
  /** All of them: one page holds as many as an organization may have. */
  all: ({ trpc }: Api) => ({
    queryKey: ['webhooks', 'all'],
    queryFn: () => trpc.webhooks.list.query({ limit: 100 }),
  }),
  /** The same, refetched while one webhook is shown: each attempt changes its health. */
  watched: (api: Api) => ({ ...webhookQueries.all(api), refetchInterval: pulse }),
  deliveries: (
    { trpc }: Api,
    id: string,
    status: DeliveryStatus | undefined,
    cursor: string | undefined,
  ) => ({
    queryKey: ['webhooks', 'deliveries', id, status, cursor],
    queryFn: () => trpc.webhooks.deliveries.query(defined({ id, limit: 25, status, cursor })),
    placeholderData: keepPreviousData,
    // New ones come to the first page; on others, only pending deliveries change by themselves.
    refetchInterval: ({ state }: { state: { data?: { items: WebhookDelivery[] } | undefined } }) =>
      cursor === undefined || state.data?.items.some((delivery) => delivery.status === 'pending')
        ? pulse
        : false,
  }),
  /** When it was disabled, by any actor, from the audit log; null beyond its latest 100 entries. */
  disabledAt: ({ trpc }: Api, id: string) => ({
    queryKey: ['webhooks', 'disabledAt', id],
    queryFn: async () => {
      const { items } = await trpc.auditLog.list.query({ target: id, limit: 100 });
      return items.find(switchedOff)?.at ?? null;
    },
  }),
};

function switchedOff({ action, changes }: AuditEvent): boolean {
  if (action === 'webhooks.disable') return true;
  const change = changes?.isActive;
  return typeof change === 'object' && change !== null && 'after' in change && !change.after;
}

/** Makes all cached data about webhooks stale. */
export function refreshWebhooks({ queries }: Api): Promise<void> {
  return queries.invalidateQueries({ queryKey: ['webhooks'] });
}
