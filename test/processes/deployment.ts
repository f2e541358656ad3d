import pg from 'pg';
import { postgresqlTiming } from '../../server/database/leases/ports.ts';
import { type Child, startChild } from './child-process.ts';
import type { Issued, RevokerCommands } from './revoker.ts';
import type { NodeCommands, NodeSettings } from './verifying-node.ts';

export type Node = Child<NodeCommands>;

const serverSecret = '07'.repeat(32);

/**
 * The longest that a revocation may take on PostgreSQL when a process does not respond, in
 * milliseconds.
 */
export const longestRevocation: number = postgresqlTiming.length + 500;

/** The delay that a busy machine may add. */
export const slack = 5_000;

/** One process that revokes and others that verify, all on one database; gone at the end of the scope. */
export interface Deployment extends AsyncDisposable {
  readonly nodes: readonly Node[];
  issue(count: number): Promise<Issued[]>;
  /**
   * Revokes a key: when that was answered, after how many milliseconds, and how many of them were the
   * wait until it held on every process.
   */
  revoke(id: string): Promise<{
    readonly answered: number;
    readonly took: number;
    readonly waited: number;
  }>;
  /** Starts one more process that verifies. */
  join(settings?: Partial<NodeSettings>): Promise<Node>;
}

/**
 * Starts a deployment. Every process is a real one and has joined when this resolves.
 *
 * @param databaseUrl - an empty database, or one with its tables.
 * @param nodeCount - how many processes verify.
 */
export async function deploy(databaseUrl: string, nodeCount: number): Promise<Deployment> {
  await using resources = new AsyncDisposableStack();
  const settings: NodeSettings = { databaseUrl, serverSecret };
  const revoker = resources.use(startChild<RevokerCommands>('revoker.ts', settings));
  await revoker.ask('issue', 0);

  const nodes = await Promise.all(
    Array.from({ length: nodeCount }, () => startNode(resources, settings)),
  );
  const all = resources.move();
  return {
    nodes,
    join: (differences = {}) => startNode(all, { ...settings, ...differences }),
    issue: (count) => revoker.ask('issue', count),
    async revoke(id) {
      const { began, answered, waited } = await revoker.ask('revoke', id);
      return { answered, took: (answered - began) / 1e6, waited: waited / 1e6 };
    },
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  };
}

async function startNode(resources: AsyncDisposableStack, settings: NodeSettings): Promise<Node> {
  const node = resources.use(startChild<NodeCommands>('verifying-node.ts', settings));
  // Answered only once the program has run as far as that.
  await node.ask('verify', '');
  return node;
}

/** Whether a node has accepted a key in a verification that began after the key's revocation answered. */
export async function acceptedLate(
  node: Node,
  answers: readonly number[],
): Promise<{ late: number; verifications: number; hits: number }> {
  const { watched, verifications, hits } = await node.ask('report', null);
  const late = watched.filter(
    ({ lastAccepted }, n) => lastAccepted !== null && lastAccepted > (answers[n] ?? Infinity),
  );
  return { late: late.length, verifications, hits };
}

/** Runs statements as the database's administrator would. */
export async function administrator(databaseUrl: string) {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  return {
    async rows<Row extends object>(sql: string, values: unknown[] = []): Promise<Row[]> {
      return (await client.query<Row>(sql, values)).rows;
    },
    [Symbol.asyncDispose]: () => client.end(),
  };
}
