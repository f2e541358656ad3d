import { afterAll, beforeAll, describe, test } from 'vitest';
import { keyStoreTests } from '../../core/testing.ts';
import { databaseRecords, memoryRecords, type RecordStore } from './stored-keys.ts';

const stores = {
  memory: memoryRecords,
  sqlite: () => databaseRecords('sqlite'),
  postgresql: () => databaseRecords('postgresql'),
};

describe.each(Object.entries(stores))('the exported contract of a KeyStore in %s', (kind, open) => {
  let under: RecordStore;
  beforeAll(async () => {
    under = await open();
  });
  afterAll(() => under[Symbol.asyncDispose]());

  for (const { name, run } of keyStoreTests(() => under)) {
    // Every scheme of the databases has a pepper.
    if (kind !== 'memory' && name.includes('without a seal')) continue;
    test(name, run);
  }
});
