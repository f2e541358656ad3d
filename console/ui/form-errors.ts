import { createSignal } from 'solid-js';
import type { Problem } from '../api/problem.ts';

/**
 * The errors of a form's fields. After the first attempt to send it, an error goes as soon as its
 * field is mended: the console's own when the draft is right, the server's when the field changes.
 *
 * @param form.invalid - the console's errors of the present draft, by the server's field names.
 * @param form.input - the present draft in the server's form.
 * @param form.problem - the server's refusal of the last attempt.
 */
export function createFormErrors(form: {
  readonly invalid: () => Partial<Record<string, string>>;
  readonly input: () => object;
  readonly problem: () => Problem | null;
}) {
  const [sent, setSent] = createSignal<object | null>(null);
  return {
    /** Whether the draft can be sent; from now on its errors show. */
    check(): boolean {
      setSent(JSON.parse(JSON.stringify(form.input())));
      return Object.values(form.invalid()).every((error) => error === undefined);
    },
    errorOf(field: string): string | undefined {
      const attempt = sent();
      if (attempt === null) return undefined;
      const own = form.invalid()[field];
      if (own !== undefined) return own;
      const isAsSent = textAt(attempt, field) === textAt(form.input(), field);
      return isAsSent ? form.problem()?.fields[field] : undefined;
    },
  };
}

/** The value of a field such as `rateLimit.limit`, as a text to compare. */
function textAt(input: object, field: string): string | undefined {
  const value = field
    .split('.')
    .reduce<unknown>((at, name) => (at === null ? null : Reflect.get(Object(at), name)), input);
  return JSON.stringify(value);
}
