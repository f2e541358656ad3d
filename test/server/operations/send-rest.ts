import type { Route } from '../../../server/rest/route.ts';
import { snake } from '../../../server/wire/case.ts';
import type { RunningServer } from '../../support/server.ts';

/** The answer. */
export interface Sent {
  readonly status: number;
  readonly detail: unknown;
}

/** Sends an operation's input, in its own names, by its route. */
export async function sendRest(
  server: RunningServer,
  route: Route,
  input: Record<string, unknown>,
  token: string | undefined,
): Promise<Sent> {
  const rest = { ...input };
  const path = route.path.replace(/:(\w+)/g, (_, parameter: string) => {
    const field = Object.keys(rest).find((each) => snake(each) === parameter) ?? '';
    const value = String(rest[field]);
    delete rest[field];
    return value;
  });
  const members = Object.entries(rest).map(([field, value]) => [snake(field), value]);
  const content =
    route.source === 'query'
      ? {}
      : route.source === 'multipart'
        ? { body: uploadForm() }
        : { json: Object.fromEntries(members) };
  const as = token === undefined ? {} : { as: token };
  const response = await server.fetch(path, { method: route.method, ...as, ...content });
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  const body = !isJson || text === '' ? null : (JSON.parse(text) as { detail?: unknown });
  return { status: response.status, detail: body?.detail };
}

function uploadForm(): FormData {
  const form = new FormData();
  form.set('file', new Blob([Buffer.from('PK\x05\x06'.padEnd(22, '\0'), 'latin1')]), 'a.vsix');
  return form;
}
