import type { inferRouterInputs, inferRouterOutputs } from '@trpc/server';
import { expectTypeOf } from 'vitest';
import type { AppRouter } from '../../../server/trpc/router.ts';

type Inputs = inferRouterInputs<AppRouter>;
type Outputs = inferRouterOutputs<AppRouter>;

/** The paths of a type where anything fits: `any` and `unknown`. */
type Wide<Type, Path extends string> = 0 extends 1 & Type
  ? Path
  : unknown extends Type
    ? Path
    : Type extends readonly (infer Item)[]
      ? Wide<Item, `${Path}[]`>
      : Type extends object
        ? { [Name in keyof Type & string]: Wide<Type[Name], `${Path}.${Name}`> }[keyof Type &
            string]
        : never;

// A schema that is lost on its way to the client turns its type into `any`.
expectTypeOf<Wide<Inputs, 'inputs'>>().toEqualTypeOf<never>();
// The changes of an action and the result of a job have individual shapes.
expectTypeOf<Wide<Outputs, 'outputs'>>().toEqualTypeOf<
  `outputs.auditLog.list.items[].changes.${string}` | `outputs.jobs.get.result.${string}`
>();

interface ApiKey {
  id: string;
  dialect: 'reporisk' | 'platform' | 'repurai';
  label: string;
  description: string | null;
  subOrgId: number | null;
  serviceAccountId: string | null;
  preview: string;
  keyPrefix: string;
  keySuffix: string;
  environment: 'live' | 'test';
  scopes: string[] | null;
  ipAllowList: string[] | null;
  rateLimit: { limit: number; windowSeconds: number } | null;
  isActive: boolean;
  status: 'active' | 'disabled' | 'expired' | 'revoked';
  lastUsedAt: string | null;
  expiresAt: string | null;
  createdBy: string | null;
  createdAt: string;
  updatedAt: string;
  revokedAt: string | null;
  revokedReason: string | null;
  retiringPreview: string | null;
  retiringUntil: string | null;
  owner: { kind: 'member' | 'organization' | 'service_account'; id: string; name: string | null };
  blockedReason: 'owner_demoted' | 'owner_left' | 'service_account_disabled' | null;
}

expectTypeOf<Outputs['apiKeys']['get']>().branded.toEqualTypeOf<ApiKey>();
// The secret is in two answers and in no other.
expectTypeOf<Outputs['apiKeys']['create']>().branded.toEqualTypeOf<{
  key: ApiKey;
  rawKey: string;
}>();
expectTypeOf<Outputs['apiKeys']['rotate']>().toHaveProperty('rawKey').toEqualTypeOf<string>();
expectTypeOf<Outputs['apiKeys']['revoke']>().toEqualTypeOf<null>();
expectTypeOf<Outputs['apiKeys']['revokeAll']>().branded.toEqualTypeOf<{ revoked: number }>();
expectTypeOf<Outputs['session']['get']>().branded.toEqualTypeOf<{
  user: { id: string };
  organization: { id: string; name: string };
  role: 'admin' | 'member';
  tier: number | null;
  may: { createApiKeys: boolean; revokeApiKeys: boolean; manageSubOrgs: boolean };
}>();

expectTypeOf<Inputs['apiKeys']['revoke']>().branded.toEqualTypeOf<{
  id: string;
  reason?: string | null | undefined;
}>();
expectTypeOf<Inputs['apiKeys']['create']>().branded.toEqualTypeOf<{
  label: string;
  description?: string | null | undefined;
  subOrgId?: number | null | undefined;
  serviceAccountId?: string | null | undefined;
  dialect?: 'reporisk' | 'platform' | 'repurai' | undefined;
  environment?: 'live' | 'test' | undefined;
  projectId?: string | null | undefined;
  scopes?: string[] | null | undefined;
  expiresInDays?: number | null | undefined;
  ipAllowList?: string[] | null | undefined;
  rateLimit?: { limit: number; windowSeconds: number } | null | undefined;
}>();

// Control: the assertions above fail for a wider type.
type Widened = Omit<ApiKey, 'status'> & { status: string };
// @ts-expect-error: a status that is any text
expectTypeOf<Outputs['apiKeys']['get']>().branded.toEqualTypeOf<Widened>();
type Lost = ReturnType<typeof JSON.parse>;
// @ts-expect-error: an output that is `any`
expectTypeOf<Wide<{ get: Lost }, 'outputs'>>().toEqualTypeOf<never>();
