import { defineEntity, type InferEntity, p } from '@mikro-orm/core';

/**
 * A user that Clerk deleted: no token of this user is accepted, whichever organization it names.
 */
export const DeletedUser = defineEntity({
  name: 'DeletedUser',
  tableName: 'deleted_user',
  properties: {
    userId: p.string().primary(),
    deletedAt: p.datetime(3),
  },
});

export type DeletedUser = InferEntity<typeof DeletedUser>;
