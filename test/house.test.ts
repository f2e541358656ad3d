import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { expect, test } from 'vitest';

const ignored = { exclude: ['**/dist', '**/node_modules'] };

test('a source file has at most 300 lines: a longer one is two files', () => {
  const tooLong = globSync('{core,server,console}/**/*.{ts,tsx,css}', ignored).filter(
    (path) => readFileSync(path, 'utf8').trimEnd().split('\n').length > 300,
  );
  expect(tooLong).toEqual([]);
});

test('a folder is named after what it holds', () => {
  const vague = ['utils', 'helpers', 'common', 'lib', 'misc'];
  const folders = globSync('{core,server,console,test}/**/', ignored);
  expect(folders.filter((path) => vague.includes(basename(path)))).toEqual([]);
});

test('the console reads and writes the address in one place, which lets no raw secret through', () => {
  const address = /\bhistory\.|(?<!\/)\blocation\.(?!origin\b)\w+|\bURLSearchParams\b|fetch\(\s*`/;
  const users = globSync('console/**/*.{ts,tsx}', ignored).filter((path) =>
    address.test(readFileSync(path, 'utf8')),
  );
  // And the input of a query, which is part of its address.
  expect(users.sort()).toEqual([
    'console/api/rest-client.ts',
    'console/api/trpc-client.ts',
    'console/ui/location.tsx',
  ]);
});

test('connections are opened in few places, where what bounds them stands', () => {
  const opens =
    /\bnew (pg\.\w+|Pool|BetterSqlite3|MikroORM)\(|\bextends (pg\.\w+|PostgresDialect)\b/;
  const files = globSync('{core,server}/**/*.ts', ignored).filter((path) =>
    opens.test(readFileSync(path, 'utf8')),
  );
  expect(files.sort()).toEqual([
    'server/database/checkpoint-thread.ts',
    'server/database/leases/sqlite-port.ts',
    'server/database/postgresql-client.ts',
    'server/database/postgresql-dialect.ts',
    'server/database/postgresql-pool.ts',
    'server/database/postgresql-session.ts',
    'server/database/rows.ts',
    'server/database/sqlite-dialect.ts',
    'server/database/sqlite-key-store.ts',
  ]);
});

test('the log is made in one place, which keeps what rows held out of it', () => {
  const makers = globSync('{core,server}/**/*.ts', ignored).filter((path) =>
    /\bpino\(/.test(readFileSync(path, 'utf8')),
  );
  expect(makers.sort()).toEqual(['server/observability/logger.ts']);
});

test('texts are composed in few places, where their length is bounded', () => {
  const users = globSync('{core,server,console}/**/*.{ts,tsx}', ignored).filter((path) =>
    /\.normalize\(/.test(readFileSync(path, 'utf8')),
  );
  expect(users.sort()).toEqual([
    'console/ui/confirm-dialog.tsx',
    'server/operations/service-accounts/create.ts',
    'server/wire/names.ts',
    'server/wire/search-text.ts',
  ]);
});

test('the lock file names no registry, so that it installs from any', () => {
  const lock: { packages: Record<string, { resolved?: string }> } = JSON.parse(
    readFileSync('package-lock.json', 'utf8'),
  );
  const pinned = Object.entries(lock.packages).filter(([, { resolved }]) => resolved);
  expect(pinned).toEqual([]);
});

test('no list is spread into the arguments of a call: 150,000 of them exceed the stack', () => {
  const spreads = /(?:\.push|\.unshift|Math\.max|Math\.min)\(\.\.\./;
  const users = globSync('{core,server,console}/**/*.{ts,tsx}', ignored).filter((path) =>
    spreads.test(readFileSync(path, 'utf8')),
  );
  expect(users).toEqual([]);
});

test('comments keep to plain words: a noun in place of a pronoun without one', () => {
  const words = /\b(he|she|whoever|nobody(?!`)|somebody|anew|for ever)\b/i;
  const isComment = /^\s*(\/\/|\/?\*)|\s\/\/ /;
  // The comments of migrations stay: a migration that has run is not edited.
  const files = globSync('{core,server,console,test}/**/*.{ts,tsx,css}', {
    exclude: [...ignored.exclude, '**/migrations', 'test/house.test.ts'],
  });
  const found = files.flatMap((path) =>
    readFileSync(path, 'utf8')
      .split('\n')
      .filter((line) => isComment.test(line) && words.test(line))
      .map((line) => `${path}: ${line.trim()}`),
  );
  expect(found).toEqual([]);
});

test('an exported value is used by another file', () => {
  const sources = new Map(
    globSync('{core,server,test}/**/*.ts', ignored).map((path) => [
      path,
      readFileSync(path, 'utf8'),
    ]),
  );
  const users = new Map<string, number>();
  for (const source of sources.values()) {
    for (const name of new Set(source.match(/[$\w]+/g)))
      users.set(name, (users.get(name) ?? 0) + 1);
  }
  const unused = [...sources]
    .filter(([path]) => !path.startsWith('test/'))
    .flatMap(([path, source]) =>
      [...source.matchAll(/^export (?:async )?(?:function\*?|const|let|class) ([$\w]+)/gm)]
        .filter(([, name = '']) => users.get(name) === 1)
        .map(([, name]) => `${path}: ${name}`),
    );
  expect(unused).toEqual([]);
});
