import { expect, test, vi } from 'vitest';
import { textOf } from '../../../server/cli/command.ts';
import { listResult } from '../../../server/cli/table.ts';
import { name } from '../../../server/wire/fields.ts';
import { cleanedName, printable, printableJson } from '../../../server/wire/names.ts';

test.each([
  ['Acme', 'Acme'],
  [' Cre\u0300me\n', 'Crème'],
  ['A\u0000c\ud800m\u001b[2Je', 'Acm[2Je'],
  ['\u202e\u200b\u2800', 'org_1'],
  ['', 'org_1'],
  ['🚀'.repeat(300), '🚀'.repeat(200)],
])('cleanedName() makes of %j a name, or takes the id', (given, cleaned) => {
  expect(cleanedName(given, 'org_1')).toBe(cleaned);
});

test('printable() leaves lines and tabs, and nothing that a terminal obeys', () => {
  expect(printable('a\tb\nc\r\u001b]0;title\u0007\u202ex')).toBe(
    'a\tb\nc\\u{d}\\u{1b}]0;title\\u{7}\\u{202e}x',
  );
});

test('printableJson() means the same', () => {
  const value = { name: 'a\u0085\u202e\u{e0001}🚀' };
  const json = printableJson(JSON.stringify(value));
  expect(json).toBe('{"name":"a\\u0085\\u202e\\udb40\\udc01🚀"}');
  expect(JSON.parse(json)).toEqual(value);
});

test('a cell of a table stays in its line', () => {
  const result = listResult(['a\nb', 'c'], { NAME: (name) => name }, 'none');
  expect(textOf(result, null)).toBe(['NAME', 'a\\u{a}b', 'c'].join('\n'));
});

test('a table has 200,000 lines', () => {
  const result = listResult(Array(200_000).fill('a'), { NAME: (name) => name }, 'none');
  expect(textOf(result, 80).split('\n')).toHaveLength(200_001);
});

test('no long text is composed: that takes time in the square of its combining marks', () => {
  const marks = `a${'\u0316\u0300'.repeat(10_000)}`;
  const normalize = vi.spyOn(String.prototype, 'normalize');
  try {
    expect(name(100).safeParse(marks).success).toBe(false);
    cleanedName(marks, null);
    const lengths = normalize.mock.contexts.map((text) => String(text).length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(1_600);
  } finally {
    normalize.mockRestore();
  }
});
