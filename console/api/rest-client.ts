import { withoutSecrets } from './raw-secrets.ts';
import { type OnRefused, RequestFailed } from './trpc-client.ts';

type Authorization = () => Promise<{ authorization: string }>;

export type RestClient = ReturnType<typeof createRestClient>;

/**
 * A client of what is wired to REST only: repositories, extensions, and files. Names are
 * in snake case on the way and in camel case here.
 *
 * @param onRefused - as for `createClient`.
 */
export function createRestClient(headers: Authorization, onRefused: OnRefused) {
  async function send(address: string, init: RequestInit = {}): Promise<Response> {
    const sentAt = Date.now();
    const response = await fetch(address, {
      ...init,
      headers: { ...(await headers()), ...init.headers },
    });
    if (response.status === 403) onRefused(sentAt);
    return response;
  }

  return {
    async get<Answer>(
      path: string,
      parameters: Readonly<Record<string, string | number | undefined>>,
    ): Promise<Answer> {
      const query = new URLSearchParams();
      for (const [name, value] of Object.entries(parameters)) {
        if (value !== undefined) query.set(name, withoutSecrets(String(value)));
      }
      return answerOf<Answer>(await send(`/api/v1/${path}?${query}`), 'query');
    },

    /** A file, whole in memory until it is saved: a link could not send the session's token. */
    async download(path: string): Promise<Blob> {
      const response = await send(`/api/v1/${path}`);
      return response.ok ? response.blob() : answerOf<never>(response, 'query');
    },

    async post<Answer>(path: string, body: Readonly<Record<string, unknown>>): Promise<Answer> {
      const response = await send(`/api/v1/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return answerOf<Answer>(response, 'change');
    },
  };
}

async function answerOf<Answer>(response: Response, to: 'query' | 'change'): Promise<Answer> {
  const body: { readonly detail?: unknown } | null = await response.json().catch(() => null);
  if (response.ok && body !== null) return inCamelCase(body) as Answer;
  const requestId = response.headers.get('x-request-id');
  throw new RequestFailed(response.status, { detail: body?.detail }, requestId, to);
}

/** The value with the names of its records in camel case, at every depth. */
function inCamelCase(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inCamelCase);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inside]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      inCamelCase(inside),
    ]),
  );
}
