import { z } from 'zod';
import { apiAccessTier, refusals } from '../../../core/mod.ts';
import { depthOf } from '../../api-keys/lineage.ts';
import { ApiKey } from '../../database/entities/api-key.ts';
import { id, text } from '../../wire/fields.ts';
import { InvalidInput, Problem, refused } from '../../wire/problem.ts';
import { extraField } from '../../wire/validation.ts';
import { parentOrgAdmin } from '../access.ts';
import { defineOperation, type PrepareContext } from '../operation.ts';
import type { Principal } from '../principal.ts';
import { revokeApiKey } from './revoke.ts';
import { updateApiKey } from './update.ts';

const actions = ['revoke', 'disable', 'enable', 'take_over', 'hand_over'] as const;

const input = z.strictObject({
  ids: z.array(id).min(1).max(200),
  action: z.enum(actions),
  /** The new owner of the keys; with `hand_over`, and only then. */
  serviceAccountId: id.optional(),
  /** With `revoke` only. */
  reason: text(0, 200).nullish(),
});

/**
 * Applies one action to many keys, each in its own transaction, as the single call would. A failure
 * on one key does not stop the others.
 */
export const bulkApiKeys = defineOperation({
  name: 'apiKeys.bulk',
  summary: 'Revoke, disable, enable, take over or hand over up to 200 API keys',
  kind: 'mutation',
  access: parentOrgAdmin({ managesKeys: true }),
  takesAway: ({ action }) => action === 'revoke' || action === 'disable',
  input,
  output: z.object({
    done: z.array(z.string()),
    failed: z.array(z.object({ id: z.string(), detail: z.string() })),
  }),
  async prepare(preparation, wanted) {
    assertFits(wanted, preparation.principal);
    const done: string[] = [];
    const failed: { id: string; detail: string }[] = [];
    for (const each of await madeFirst(preparation, wanted.ids)) {
      try {
        await doOne(preparation, wanted, each);
        done.push(each);
      } catch (error) {
        failed.push({ id: each, detail: detailOf(error) });
      }
    }
    return { done, failed };
  },
  run: async (_work, _input, outcome) => outcome,
});

/**
 * The ids, each once, keys before those that they descend from: revoking one takes its descendants
 * along, which would then fail as not found.
 */
async function madeFirst(
  { services, principal }: PrepareContext,
  ids: readonly string[],
): Promise<string[]> {
  const own = { id: { $in: [...ids] }, orgId: principal.organization.id };
  const made = await services.database
    .read()
    .find(ApiKey, { ...own, lineage: { $ne: null } }, { disableIdentityMap: true });
  const depths = new Map(made.map((key) => [key.id, depthOf(key)]));
  const depth = (id: string) => depths.get(id) ?? 0;
  return [...new Set(ids)].sort((one, other) => depth(other) - depth(one));
}

function assertFits(
  { action, serviceAccountId, reason }: z.output<typeof input>,
  { organization }: Principal,
): void {
  if (action !== 'revoke' && !((organization.tier ?? 0) >= apiAccessTier)) {
    throw refused(refusals.plan_required);
  }
  if (action === 'hand_over' && serviceAccountId === undefined) {
    const missing = { msg: 'field required', type: 'value_error.missing' };
    throw new InvalidInput([{ path: ['serviceAccountId'], ...missing }]);
  }
  const extra = [
    ...(action === 'hand_over' || serviceAccountId === undefined ? [] : ['serviceAccountId']),
    ...(action === 'revoke' || reason == null ? [] : ['reason']),
  ];
  if (extra.length > 0) throw new InvalidInput(extra.map((name) => extraField([name])));
}

async function doOne(
  { execute, principal }: PrepareContext,
  { action, serviceAccountId, reason }: z.output<typeof input>,
  key: string,
): Promise<void> {
  switch (action) {
    case 'revoke':
      await execute(revokeApiKey, { id: key, reason });
      return;
    case 'disable':
    case 'enable':
      await execute(updateApiKey, { id: key, disabled: action === 'disable' });
      return;
    case 'take_over':
      await execute(updateApiKey, { id: key, createdBy: principal.userId ?? undefined });
      return;
    case 'hand_over':
      await execute(updateApiKey, { id: key, serviceAccountId });
  }
}

/** @throws any error that is no answer to a caller: the whole call has then failed. */
function detailOf(error: unknown): string {
  if (error instanceof Problem) return error.message;
  if (error instanceof InvalidInput) return error.errors[0]?.msg ?? error.message;
  throw error;
}
