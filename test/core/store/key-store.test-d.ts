import { expectTypeOf } from 'vitest';
import {
  createMemoryKeyStore,
  type Freshness,
  type KeyRecord,
  type KeyStore,
  type StoredKey,
  type StoredSecret,
} from '../../../core/mod.ts';

expectTypeOf<KeyStore>().toEqualTypeOf<{
  readonly freshness?: Freshness;
  find(lookup: string): StoredKey | null | Promise<StoredKey | null>;
  findById?(id: string): readonly StoredSecret[] | Promise<readonly StoredSecret[]>;
  holdsImportedKeys?(): boolean;
  repepper?(from: string, to: { readonly lookup: string; readonly seal: string }): void;
}>();
expectTypeOf<StoredKey>().toEqualTypeOf<{
  readonly record: KeyRecord;
  readonly seal: string | null;
}>();
// Null is every scope and no list of addresses: it is not the same as an empty list.
expectTypeOf<KeyRecord['scopes']>().toEqualTypeOf<readonly string[] | null>();
expectTypeOf<KeyRecord['ipAllowList']>().toEqualTypeOf<readonly string[] | null>();
expectTypeOf<KeyRecord['environment']>().toEqualTypeOf<'live' | 'test'>();
expectTypeOf<KeyRecord['owner']['kind']>().toEqualTypeOf<
  'member' | 'service-account' | 'organization'
>();
expectTypeOf<KeyRecord['expiresAt']>().toEqualTypeOf<number | null>();
expectTypeOf(createMemoryKeyStore).returns.toExtend<KeyStore>();

declare const record: KeyRecord;
expectTypeOf<{ find(): { record: KeyRecord; seal: null } }>().toExtend<KeyStore>();
// @ts-expect-error: a store that answers undefined for a key it does not have
expectTypeOf<{ find(): StoredKey | undefined }>().toExtend<KeyStore>();
// @ts-expect-error: a time as text
expectTypeOf({ ...record, expiresAt: '2026-01-01' }).toExtend<KeyRecord>();
// @ts-expect-error: a record is not changed
record.scopes = null;
