import { ConfigError } from '../config/config-error.ts';
import type { Keyring } from '../crypto/keyring.ts';
import type { EntityManager } from './entity-manager.ts';

/** Secrets that may still be presented; the SQL takes the present time twice. */
export const workingSecrets = `
  from api_key_secret s join api_key k on k.id = s.key_id
  where k.revoked_at is null
    and (k.expires_at is null or k.expires_at > ?)
    and s.retired_at is null and (s.retires_at is null or s.retires_at > ?)`;

/**
 * Refuses to start where working API keys, or service accounts, are stored under a secret that this
 * process does not know: they would be refused, and rows from the server would count as forged.
 *
 * @throws {ConfigError} with one line for the operator.
 */
export async function assertNothingLeft(
  em: EntityManager,
  { accepted }: Keyring,
  now: Date,
): Promise<void> {
  const names = accepted.map(({ name }) => name);
  const places = names.map(() => '?').join(', ');
  const [keys] = await em.execute<Count[]>(
    `select count(*) as count ${workingSecrets} and s.scheme not in (${places})`,
    [now, now, ...names],
  );
  const [accounts] = await em.execute<Count[]>(
    `select count(*) as count from service_account
     where is_active and role_mac is not null and substr(role_mac, 1, 8) not in (${places})`,
    names,
  );
  const left = [Number(keys?.count ?? 0), Number(accounts?.count ?? 0)] as const;
  if (left[0] + left[1] === 0) return;
  throw new ConfigError(
    `SERVER_SECRET is not the one that ${left[0]} API key secrets and ${left[1]} service accounts in ` +
      'the database are stored under: set the one before as SERVER_SECRET_PREVIOUS until "cli secret ' +
      'status" counts none, or revoke those keys',
  );
}

interface Count {
  readonly count: number | string;
}
