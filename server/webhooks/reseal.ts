import type { Database } from '../database/database.ts';
import { Webhook } from '../database/entities/webhook.ts';
import type { Sealer } from '../sealing.ts';

/**
 * Moves signing secrets to the present key while `SERVER_SECRET` is being changed.
 *
 * @returns how many webhooks were moved.
 */
export async function resealWebhooks(database: Database, sealer: Sealer): Promise<number> {
  const present = { $like: `${sealer.prefix}%` };
  const others = await database.read().find(Webhook, {
    $or: [{ $not: { secret: present } }, { $not: { previousSecret: present } }],
  });
  let moved = 0;
  for (const { id, orgId, secret, previousSecret = null } of others) {
    const move = (sealed: string) => sealer.seal(sealer.open(sealed, orgId), orgId);
    moved += await database.transaction((em) =>
      // Unless it was replaced meanwhile.
      em.nativeUpdate(
        Webhook,
        { id, secret },
        { secret: move(secret), previousSecret: previousSecret && move(previousSecret) },
      ),
    );
  }
  return moved;
}
