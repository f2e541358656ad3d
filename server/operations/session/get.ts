import { z } from 'zod';
import { apiAccessTier } from '../../../core/mod.ts';
import { shownName } from '../../wire/names.ts';
import { parentOrgMember } from '../access.ts';
import { defineOperation } from '../operation.ts';

/** Who is signed in, for which organization, and what the role and the plan let him do. */
export const getSession = defineOperation({
  name: 'session.get',
  summary: 'The signed-in member, the organization, and what may be done',
  kind: 'query',
  access: parentOrgMember(),
  input: z.strictObject({}),
  output: z.object({
    user: z.object({ id: z.string() }),
    organization: z.object({ id: z.string(), name: z.string() }),
    role: z.enum(['admin', 'member']),
    tier: z.int().nullable(),
    may: z.object({
      createApiKeys: z.boolean(),
      revokeApiKeys: z.boolean(),
      manageSubOrgs: z.boolean(),
    }),
  }),
  async run({ principal }) {
    const { id, name, tier } = principal.organization;
    const isAdmin = principal.role === 'admin';
    // An impersonated session reads and revokes, but grants nothing.
    const mayGive = isAdmin && principal.impersonatedBy === null;
    return {
      user: { id: principal.userId ?? principal.actor },
      organization: { id, name: shownName(name) },
      role: principal.role,
      tier,
      may: {
        createApiKeys: mayGive && tier !== null && tier >= apiAccessTier,
        revokeApiKeys: isAdmin,
        manageSubOrgs: mayGive,
      },
    };
  },
});
