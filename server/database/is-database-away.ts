/** Codes whose cause is not the statement. `SECRET_UNKNOWN`: see `UnknownSecret`. */
const away = new RegExp(
  `^(${[
    // Node's sockets.
    'ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|ENETUNREACH|EAI_AGAIN',
    // PostgreSQL: connections, resources, shutdown, errors of its machine.
    '08(?!P01)\\w{3}|53\\w{3}|57\\w{3}|58\\w{3}',
    // A missing role, right or database; a primary that became a replica.
    '28\\w{3}|3D000|42501|25006',
    // A lock or a transaction that took too long, a deadlock, a conflict with another transaction.
    '55P03|25P0[34]|40001|40P01',
    'SECRET_UNKNOWN',
    'SQLITE_(BUSY|LOCKED|IOERR|CANTOPEN|FULL|READONLY|PERM|NOMEM|PROTOCOL)\\w*',
  ].join('|')})$`,
);

const awayMessages =
  /Connection terminated|timeout exceeded when trying to connect|timeout expired|is not queryable/;

/**
 * The code of an error whose cause is the database's availability, not the statement: PostgreSQL's
 * SQLSTATE, SQLite's code, or that of a Node socket. `DISCONNECTED` where there is none.
 *
 * @returns null for any other error.
 */
export function unavailableCode(error: unknown): string | null {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && away.test(code)) return code;
    if (awayMessages.test(cause.message)) return 'DISCONNECTED';
    if (!(cause instanceof AggregateError)) continue;
    for (const each of cause.errors) {
      const found = unavailableCode(each);
      if (found !== null) return found;
    }
  }
  return null;
}

/** Whether an error's cause is the database's availability, not the statement. */
export function isDatabaseAway(error: unknown): boolean {
  return unavailableCode(error) !== null;
}
