import type { z } from 'zod';
import type { Operation, Services } from '../operations/operation.ts';
import type { DialectForm } from './dialects/dialect-form.ts';

/** One method on one path, wired to an operation. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** In Hono's notation: `/api/v1/repos/:repo_id`. */
  readonly path: string;
  readonly operation: Operation;
  /** The status of success; an operation that answers null is 204. */
  readonly status: 200 | 201 | 202 | 204;
  /** The source of the input that is not in the path. */
  readonly source: 'query' | 'body' | 'multipart' | 'raw';
  /** The request and the answer in another dialect's names; absent on the paths of `reporisk`. */
  readonly form?: DialectForm;
  /** For a raw body, which the operation reads itself. */
  readonly raw?: {
    readonly body: z.ZodType;
    /** The largest number of bytes. */
    readonly limit: number;
    /** Throws, by the headers alone, where the body need not be read at all. */
    admit(services: Services, headers: Headers): Promise<void>;
  };
}

/** Reads; input from the query. */
export function get(path: string, operation: Operation): Route {
  return { method: 'GET', path, operation, status: 200, source: 'query' };
}

/** Submits or acts; input from the body. */
export function post(path: string, operation: Operation, status: Route['status'] = 200): Route {
  return { method: 'POST', path, operation, status, source: 'body' };
}

/** Changes; input from the body. */
export function patch(path: string, operation: Operation): Route {
  return { method: 'PATCH', path, operation, status: 200, source: 'body' };
}

/** Sets; input from the body. */
export function put(path: string, operation: Operation): Route {
  return { method: 'PUT', path, operation, status: 200, source: 'body' };
}

/** Removes; input from the query. */
export function remove(path: string, operation: Operation): Route {
  return { method: 'DELETE', path, operation, status: 204, source: 'query' };
}

/** The names of a path's parameters. */
export function parameterNames(path: string): string[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name = '']) => name);
}
