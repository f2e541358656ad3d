import { z } from 'zod';
import { normalizeCidr, scopesOf } from '../../core/mod.ts';
import { isExtraScopeName } from '../../core/policy/extra-scopes.ts';
import { builtInScopes } from '../../core/policy/scopes.ts';
import { isoText } from './iso-time.ts';
import { holdsKey } from './keys-in-text.ts';
import { holdsInvisible, isVisible, normalizedName } from './names.ts';
import { notInEnumeration, type RuleBroken } from './validation.ts';

function broken(context: z.RefinementCtx, rule: RuleBroken): void {
  context.addIssue({ code: 'custom', message: rule.msg, params: { ...rule } });
}

const keyInText: RuleBroken = { type: 'value_error', msg: 'this value must not hold an API key' };

/**
 * Text of `minimum` to `maximum` characters after trimming, which may have line breaks. Characters
 * are code points, so an emoji counts once. Invisible characters (PostgreSQL cannot store NUL) and
 * API keys are refused.
 */
export function text(minimum: number, maximum: number) {
  return written(minimum, maximum, { isName: false });
}

/** A name: one line, composed (NFC), with a visible character; otherwise like `text`. */
export function name(maximum: number) {
  return written(1, maximum, { isName: true });
}

function written(minimum: number, maximum: number, { isName }: { readonly isName: boolean }) {
  const normalize = (value: string) =>
    isName ? normalizedName(value, maximum) : value.trim().replace(/\r\n?/g, '\n');
  return z
    .string()
    .transform(normalize)
    .superRefine((value, context) => {
      // The code points of a text that is too long anyway are not counted.
      const length = value.length > 2 * maximum ? value.length : [...value].length;
      if (length < minimum) {
        context.addIssue({
          code: 'too_small',
          origin: 'string',
          minimum,
          inclusive: true,
          input: value,
        });
      } else if (length > maximum) {
        context.addIssue({
          code: 'too_big',
          origin: 'string',
          maximum,
          inclusive: true,
          input: value,
        });
      } else if (holdsInvisible(value, { breakLines: !isName })) {
        const msg = 'control or invisible characters are not allowed';
        broken(context, { type: 'value_error', msg });
      } else if (isName && !isVisible(value)) {
        broken(context, { type: 'value_error', msg: 'must hold a visible character' });
      } else if (holdsKey(value)) {
        broken(context, keyInText);
      }
    })
    .meta({ minLength: minimum, maxLength: maximum });
}

/** An integer, never coerced from text or truncated. */
export function integer(minimum?: number, maximum?: number) {
  return z
    .number()
    .superRefine((value, context) => {
      if (!Number.isSafeInteger(value)) {
        broken(context, { type: 'type_error.integer', msg: 'value is not a valid integer' });
      } else if (minimum !== undefined && value < minimum) {
        context.addIssue({
          code: 'too_small',
          origin: 'number',
          minimum,
          inclusive: true,
          input: value,
        });
      } else if (maximum !== undefined && value > maximum) {
        context.addIssue({
          code: 'too_big',
          origin: 'number',
          maximum,
          inclusive: true,
          input: value,
        });
      }
    })
    .meta({
      type: 'integer',
      ...(minimum === undefined ? {} : { minimum }),
      ...(maximum === undefined ? {} : { maximum }),
    });
}

/**
 * The id of something. A text that cannot be one of our ids, and that a database might choke on,
 * becomes the empty id, which is simply not found.
 */
export const id = z.string().transform((value) => (/^[\w-]{1,100}$/.test(value) ? value : ''));

export const label = name(100);
export const description = text(0, 1000);

/** Longest list of scopes, repetitions included. */
const maxScopes = 100;

const knownScopes = new Set(builtInScopes);

/**
 * The name of a scope. Whether the key's own dialect has it, and whether it is one of those of embedding
 * services, is judged with the key.
 */
export const scope = z.string().superRefine((value, context) => {
  if (knownScopes.has(value) || isExtraScopeName(value)) return;
  broken(context, notInEnumeration(scopesOf('reporisk')));
});

/** Scopes without repetition, in the order given. */
export const scopes = z
  .array(scope)
  .max(maxScopes)
  .transform((values) => [...new Set(values)]);

/** The id of a project, which another system gives; not the dash that stands for none. */
export const projectId = z
  .string()
  .refine((value) => /^\w[\w-]{0,99}$/.test(value), 'expected a project id such as prj_01H2XA9C');

/** CIDR blocks, kept in canonical form. */
export const ipAllowList = z
  .array(
    z.string().transform((value, context) => {
      const normalized = normalizeCidr(value);
      if (normalized === null) {
        broken(context, {
          type: 'value_error',
          msg: 'value is not an IP address or a CIDR block such as 203.0.113.0/24 or 2001:db8::/32',
        });
        return z.NEVER;
      }
      return normalized;
    }),
  )
  .min(1)
  .max(100);

/** A rate limit: `limit` requests per `windowSeconds`. */
export const rateLimit = z.strictObject({
  limit: integer(1, 1_000_000),
  windowSeconds: integer(1, 86_400),
});

const longestUrl = 2083;

/** An http or https address without credentials or API keys in it; spaces around it do not count. */
export const httpUrl = z.string().transform((text, context) => {
  const value = text.trim();
  if (value === '') {
    context.addIssue({
      code: 'too_small',
      origin: 'string',
      minimum: 1,
      inclusive: true,
      input: value,
    });
    return z.NEVER;
  }
  const rule = brokenUrlRule(value);
  if (rule !== null) {
    broken(context, rule);
    return z.NEVER;
  }
  return new URL(value).href;
});

function brokenUrlRule(value: string): RuleBroken | null {
  if (value.length > longestUrl) {
    return {
      type: 'value_error.any_str.max_length',
      msg: `ensure this value has at most ${longestUrl} characters`,
      ctx: { limit_value: longestUrl },
    };
  }
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(value)?.[1];
  if (scheme === undefined || !/^[a-z0-9+.-]+:\/\//i.test(value)) {
    return { type: 'value_error.url.scheme', msg: 'invalid or missing URL scheme' };
  }
  if (!/^https?$/i.test(scheme)) {
    return {
      type: 'value_error.url.scheme',
      msg: 'URL scheme not permitted',
      ctx: { allowed_schemes: ['http', 'https'] },
    };
  }
  // The URL parser drops tabs and line ends and turns backslashes into slashes: another address.
  if (/[\s\\]/.test(value) || !URL.canParse(value)) {
    return { type: 'value_error.url.host', msg: 'URL host invalid' };
  }
  const url = new URL(value);
  if (url.username !== '' || url.password !== '') {
    return { type: 'value_error', msg: 'URL must not contain a user name or password' };
  }
  return holdsKey(value) || holdsKey(url.href) ? keyInText : null;
}

/** A time with its offset: without one the instant is unknown. */
export const instant = z
  .string()
  .refine(
    (value) => z.iso.datetime({ offset: true }).safeParse(value).success,
    'expected a time such as 2026-01-31T12:00:00Z, with Z or an offset',
  )
  .transform((value) => new Date(value))
  // With its offset a time may lie beyond what databases store.
  .refine(
    (time) => time.getUTCFullYear() >= 1 && time.getUTCFullYear() <= 9999,
    'expected a time of the years 1 to 9999',
  );

/** A time in JSON. */
export const timestamp = z.iso.datetime();

/** The parameters of every list. */
export const paging = {
  limit: integer(1, 100).default(50),
  cursor: z.string().optional(),
};

/** The answer of every list. */
export function pageOf<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), nextCursor: z.string().nullable() });
}

/** The times that can be shown, in Unix milliseconds: the years 1 to 9999. */
export const firstTime = -62_135_596_800_000;
export const lastTime = 253_402_300_799_999;

/**
 * A JSON time, or null. A time that cannot be shown, which only a statement by hand writes, becomes
 * the nearest one that can: one row must not make the answer fail for all others.
 */
export function iso(date: Date): string;
export function iso(date: Date | null | undefined): string | null;
export function iso(date: Date | null | undefined): string | null {
  return date === null || date === undefined ? null : isoTime(date.getTime());
}

/** The same of a time in Unix milliseconds. */
export function isoTime(time: number): string {
  const shown = Number.isNaN(time) ? lastTime : Math.min(Math.max(time, firstTime), lastTime);
  return isoText(shown);
}
