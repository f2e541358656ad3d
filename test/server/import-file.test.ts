import { expect, test } from 'vitest';
import { parseImport } from '../../server/cli/import-file.ts';

test('parseImport() takes a byte order mark, line ends of every kind and empty lines', () => {
  const { items, lines } = parseImport('\ufeff{"label":"one"}\r\n\n{"sub_org_id":2}\n');
  expect([items, lines]).toEqual([
    [{ label: 'one' }, { subOrgId: 2 }],
    [1, 3],
  ]);
});

test('parseImport() names the line that is none', () => {
  expect(() => parseImport('{"label":"one"}\n\ufeff{"label":"two"}')).toThrow(
    'line 2: not a JSON object',
  );
});
