import type { AuditedDatabase } from '../../../server/audit/audited-database.ts';
import type { SendOptions, TestServer } from '../../support/server.ts';

export const analyzePath = '/api/v1/repos/analyze';
export const submitPath = '/api/v1/extensions/submit-url';
export const uploadPath = '/api/v1/extensions/upload';

/** The relevant parts of a submission's answer. */
export interface Submitted {
  readonly status: number;
  readonly text: string;
  readonly isReplayed: boolean;
  readonly retryAfter: string | null;
}

/** Sends a submission under a key, and reads its answer to the byte. */
export async function submit(
  server: Pick<TestServer, 'fetch'>,
  key: string,
  { path = analyzePath, ...options }: SendOptions & { readonly path?: string } = {},
): Promise<Submitted> {
  const json = { url: 'https://git.invalid/acme-security/once' };
  const response = await server.fetch(path, {
    as: 'parent-admin',
    ...(options.body === undefined && { json }),
    ...options,
    headers: { ...options.headers, 'idempotency-key': key },
  });
  const { status, headers } = response;
  return {
    status,
    text: await response.text(),
    isReplayed: headers.get('idempotent-replayed') === 'true',
    retryAfter: headers.get('retry-after'),
  };
}

/** An upload's form as it is written with a boundary of one's own choice. */
export function form(boundary: string, content: string, name = 'once.zip', subOrg?: number) {
  const part = (disposition: string, text: string) =>
    `--${boundary}\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${text}\r\n`;
  const parts = [
    ...(subOrg === undefined ? [] : [part('name="sub_org_id"', String(subOrg))]),
    part(`name="file"; filename="${name}"`, `PK\x03\x04${content}`),
  ];
  return {
    path: uploadPath,
    body: `${parts.join('')}--${boundary}--\r\n`,
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

/** The number of jobs in a server's database. */
export async function jobsOf({ database }: Pick<TestServer, 'database'>): Promise<number> {
  const [row] = await database
    .read()
    .execute<{ n: number | string }[]>('select count(*) as n from job');
  return Number(row?.n);
}

/** A database whose next transaction stops at a chosen point. */
export function stopping() {
  const state: { at: 'nowhere' | 'the beginning' | 'before the commit' | 'after the commit' } = {
    at: 'nowhere',
  };
  const reached = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  const stop = async () => {
    state.at = 'nowhere';
    reached.resolve();
    await goOn.promise;
  };
  const wrap = (database: AuditedDatabase): AuditedDatabase => ({
    ...database,
    keys: database.keys,
    async transaction(work) {
      const { at } = state;
      if (at === 'the beginning') await stop();
      const result = await database.transaction(async (em) => {
        const made = await work(em);
        if (at === 'before the commit') await stop();
        return made;
      });
      if (at === 'after the commit') await stop();
      return result;
    },
  });
  return { state, reached: reached.promise, goOn, wrap };
}
