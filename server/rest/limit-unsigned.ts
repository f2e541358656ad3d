import type { MiddlewareHandler } from 'hono';
import type { AddressLimit } from '../rate-limits/address-limit.ts';
import type { AppEnvironment } from './request-context.ts';

/**
 * Counts, per address, messages whose signature is wrong, as keys that are refused are counted: beyond
 * the limit 429 comes in place of the refusal. What is signed passes whatever else its address sent.
 *
 * @param refusal - the status that says so.
 */
export function limitUnsigned(
  failures: AddressLimit,
  refusal: number,
): MiddlewareHandler<AppEnvironment> {
  return async (c, next) => {
    await next();
    if (c.res.status === refusal) await failures.count(c.var.address);
  };
}
