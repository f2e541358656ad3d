/**
 * A server that reconciles with a large organization at Clerk, as a process.
 *
 * @module
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { reconcile } from '../../server/clerk/reconciliation.ts';
import { Membership } from '../../server/database/entities/membership.ts';
import { answering } from '../processes/answering.ts';
import { startLargeClerk } from '../support/large-clerk-worker.ts';
import { fillDemo, startServer } from '../support/server.ts';

type Running = Awaited<ReturnType<typeof startServer>>;

let running: Running | undefined;

/** Starts the server on an empty database. */
async function start({ databaseUrl }: { readonly databaseUrl: string }) {
  await fillDemo(databaseUrl);
  running = await startServer({ database: databaseUrl, coherent: true });
  return { url: running.url };
}

/** A session token, valid for minutes. */
function token(): string {
  if (running === undefined) throw new Error('not started');
  return running.token('parent-admin');
}

/** Reconciles for the first time, and reports how long and how smoothly. */
async function reconcileWith({ members }: { readonly members: number }) {
  if (running === undefined) throw new Error('not started');
  const { propagated, services } = running;
  const { database, logger } = services;
  const admin = 'user_demo_parent_admin';
  const organization = { id: 'org_demo_acme', name: 'Acme Security', admin, members };
  await using clerk = await startLargeClerk(organization);
  const { directory } = clerk;
  const turns = longestTurn();
  const delay = monitorEventLoopDelay({ resolution: 1 });
  delay.enable();
  const started = performance.now();
  await reconcile({ database, directory, now: Date.now, logger, afterCommit: propagated });
  const seconds = (performance.now() - started) / 1_000;
  delay.disable();
  if ((await database.read().count(Membership)) <= members) throw new Error('not all recorded');
  return { seconds, turnMs: turns.stop(), delayMs: delay.percentile(99.9) / 1e6 };
}

/** Milliseconds of this thread's processor that the longest turn of the event loop takes. */
function longestTurn() {
  let longest = 0;
  let before = process.threadCpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.threadCpuUsage(before);
    longest = Math.max(longest, (user + system) / 1_000);
    before = process.threadCpuUsage();
  }, 1);
  return {
    stop(): number {
      clearInterval(timer);
      return longest;
    },
  };
}

const commands = { start, token, reconcile: reconcileWith };

/** The commands of this process. */
export type ReconcilingCommands = typeof commands;

answering(commands);
