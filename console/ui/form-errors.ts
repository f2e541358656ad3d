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
  const isAsSent = (field: string) => textAt(sent() ?? {}, field) === textAt(form.input(), field);
  return {
    /** Whether the draft can be sent; from now on its errors show. */
    check(): boolean {
      setSent(JSON.parse(JSON.stringify(form.input())));
      return Object.values(form.invalid()).every((error) => error === undefined);
    },
    errorOf(field: string): string | undefined {
      if (sent() === null) return undefined;
      return form.invalid()[field] ?? (isAsSent(field) ? form.problem()?.fields[field] : undefined);
    },
    /** The refusal of the last attempt; null once every field that it marked was changed. */
    problem(): Problem | null {
      const problem = form.problem();
      const marked = Object.keys(problem?.fields ?? {});
      return marked.length > 0 && !marked.some(isAsSent) ? null : problem;
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
