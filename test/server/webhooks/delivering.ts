import type { TargetPolicy } from '../../../server/network/target-policy.ts';
import type { Services } from '../../../server/operations/operation.ts';
import { startWorker } from '../../../server/queue/worker.ts';
import { createDeliver } from '../../../server/webhooks/deliver.ts';
import { deliveryTask } from '../../../server/webhooks/delivery-row.ts';
import { type Message, send } from '../../../server/webhooks/send.ts';
import type { Identity } from '../../support/certificates.ts';
import { body } from '../../support/issued-keys.ts';
import { type DatabaseKind, startServerOn, testClock } from '../../support/server.ts';
import { startReceiver } from './receiver.ts';

/** Anything goes, and every name is this machine. */
export const loopbackTargets: TargetPolicy = {
  protocols: ['http:', 'https:'],
  permits: () => true,
  resolve: async () => ['127.0.0.1'],
};

/** Sends a message; no time passes. */
export async function outcome(
  message: Message,
  targets: TargetPolicy,
  signal: AbortSignal = new AbortController().signal,
) {
  const { status, error } = await send(message, { targets, signal, timer: () => () => {} });
  return { status, error };
}

/** Timers that the test ends. */
export function manualTimers() {
  const pending = new Set<() => void>();
  return {
    after(_milliseconds: number, run: () => void) {
      pending.add(run);
      return () => pending.delete(run);
    },
    expire() {
      for (const run of [...pending]) {
        pending.delete(run);
        run();
      }
    },
  };
}

/** A worker that polls when it is woken and at no other time. */
export function deliveryWorker(services: Services) {
  const { database, encryption, targets, now, logger } = services;
  const attempts = manualTimers();
  const timer = () => () => {};
  const deliver = createDeliver({ database, encryption, targets, now, timer: attempts.after });
  const worker = startWorker({
    database,
    handlers: { [deliveryTask]: deliver },
    logger,
    now,
    timer,
  });
  return {
    /** Lets every running attempt run out of time. */
    timeOut: attempts.expire,
    wake: worker.wake,
    idle: worker.idle,
    /** Does everything that is due. */
    async work() {
      worker.wake();
      await worker.idle();
    },
    [Symbol.asyncDispose]: () => worker[Symbol.asyncDispose](),
  };
}

/** A server with its own clock, a receiver, and a worker that delivers. */
export async function startDelivering(kind: DatabaseKind, identity?: Identity) {
  await using resources = new AsyncDisposableStack();
  const clock = testClock();
  const receiver = resources.use(await startReceiver(identity));
  const options = { now: clock.now, targets: loopbackTargets };
  const server = resources.use(await startServerOn(kind, options));
  const worker = resources.use(deliveryWorker(server.services));
  const running = resources.move();

  const settings = (path: string, json?: unknown, method?: string) =>
    server.fetch(`/api/v1/settings/${path}`, {
      as: 'parent-admin',
      ...(json === undefined ? {} : { json }),
      ...(method === undefined ? {} : { method }),
    });
  return {
    clock,
    receiver,
    server,
    worker,
    /** Another one beside it; dispose of it. */
    secondWorker: () => deliveryWorker(server.services),
    settings,
    /** Adds a webhook that leads to the receiver. */
    async addWebhook(input: Record<string, unknown> = {}) {
      const response = await settings('webhooks', { url: receiver.url, ...input });
      return body<{ id: string; secret: string }>(response);
    },
    async deliveries(id: string) {
      const response = await settings(`webhooks/${id}/deliveries`);
      return (await body<{ items: Record<string, unknown>[] }>(response)).items;
    },
    async webhooks() {
      return (await body<{ items: Record<string, unknown>[] }>(await settings('webhooks'))).items;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
