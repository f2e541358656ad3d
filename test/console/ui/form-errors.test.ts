import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSignal } from 'solid-js';
import { expect, test } from 'vitest';
import type { Problem } from '../../../console/api/problem.ts';
import { createFormErrors } from '../../../console/ui/form-errors.ts';

const refusal = (fields: Record<string, string>): Problem => ({
  ...{ kind: 'input', sentence: 'Please correct what is marked.', requestId: null },
  ...{ fields, mayPass: false },
});

test('createFormErrors() drops an error when its field is mended, and the refusal with the last of them', () => {
  const [input, setInput] = createSignal({ label: '', rateLimit: { limit: 5 } });
  const [problem, setProblem] = createSignal<Problem | null>(null);
  const form = createFormErrors({
    invalid: () => (input().label === '' ? { label: 'This is needed.' } : {}),
    input,
    problem,
  });
  expect(form.errorOf('label')).toBeUndefined();
  expect(form.check()).toBe(false);
  expect(form.errorOf('label')).toBe('This is needed.');
  setInput({ ...input(), label: 'CI' });
  expect(form.errorOf('label')).toBeUndefined();

  expect(form.check()).toBe(true);
  setProblem(refusal({ label: 'Taken.', 'rateLimit.limit': 'Too small.' }));
  expect(form.errorOf('label')).toBe('Taken.');
  setInput({ ...input(), label: 'CI 2' });
  expect(form.errorOf('label')).toBeUndefined();
  expect(form.errorOf('rateLimit.limit')).toBe('Too small.');
  expect(form.problem()).not.toBeNull();
  setInput({ ...input(), rateLimit: { limit: 6 } });
  expect(form.problem()).toBeNull();
  // A refusal that marks no field stays.
  setProblem(refusal({}));
  expect(form.problem()).not.toBeNull();
});

test('no form shows the fields of a refusal by itself', () => {
  const root = join(import.meta.dirname, '..', '..', '..', 'console');
  const files = globSync('**/*.tsx', { cwd: root, exclude: ['**/dist'] });
  expect(files.length).toBeGreaterThan(100);
  const reads = files.filter((file) =>
    /problem\(\)\??\.fields/.test(readFileSync(join(root, file), 'utf8')),
  );
  expect(reads).toEqual([]);
});
