import { errors } from '../messages/messages.ts';
import { RequestFailed } from './trpc-client.ts';

/** A failure, in the form for display. */
export interface Problem {
  readonly kind: 'session' | 'refused' | 'input' | 'unreachable' | 'fault';
  /** A sentence for a person. */
  readonly sentence: string;
  /** To quote when asking for help; null when no answer came. */
  readonly requestId: string | null;
  /** A rejected field's sentence, by the field's name, such as `label` or `rateLimit.limit`. */
  readonly fields: Readonly<Record<string, string>>;
  /** Whether the same request may succeed when it is sent again. */
  readonly mayPass: boolean;
}

interface Rejected {
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  readonly type: string;
  readonly ctx?: { readonly limit_value?: number };
}

/** Turns any exception into a problem: no other code inspects errors. */
export function problemOf(error: unknown): Problem {
  if (error instanceof SignInNeeded) {
    return {
      kind: 'session',
      sentence: errors.session,
      requestId: null,
      fields: {},
      mayPass: false,
    };
  }
  if (!(error instanceof RequestFailed)) {
    const sentence = errors.unreachable;
    return { kind: 'unreachable', sentence, requestId: null, fields: {}, mayPass: true };
  }
  const { status, detail, code, requestId, isQuery } = error;
  const fields = Array.isArray(detail) ? fieldsOf(detail) : {};
  const sentence = isQuery && status === 422 ? errors.address : sentenceOf(status, detail, code);
  return {
    kind: kindOf(status),
    sentence,
    requestId,
    fields,
    mayPass: status >= 500 || status === 429,
  };
}

/** Thrown when no user is signed in. */
export class SignInNeeded extends Error {
  override readonly name = 'SignInNeeded';
}

function kindOf(status: number): Problem['kind'] {
  if (status === 401) return 'session';
  if (status === 422) return 'input';
  if (status === 503) return 'unreachable';
  return status >= 500 ? 'fault' : 'refused';
}

function sentenceOf(status: number, detail: unknown, code: RequestFailed['code']): string {
  if (status === 401) return errors.session;
  if (status === 422) return errors.input;
  if (status === 503) return errors.unavailable;
  // 502 is another service's fault: the server says which one.
  const isOurFault = status >= 500 && status !== 502;
  if (isOurFault || typeof detail !== 'string') return errors.fault;
  const known = code && errors.sentences[code];
  return known || detail.replace(/\.?$/, '.');
}

function fieldsOf(detail: readonly Rejected[]): Record<string, string> {
  return Object.fromEntries(
    detail.map(({ loc, msg, type, ctx }) => {
      const [, field = '', inside] = loc;
      const sentence = errors.fields[type]?.(ctx?.limit_value ?? 0) ?? `${capitalized(msg)}.`;
      if (typeof inside === 'number') return [field, errors.atLine(inside + 1, sentence)];
      return [inside === undefined ? field : `${field}.${inside}`, sentence];
    }),
  );
}

function capitalized(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
