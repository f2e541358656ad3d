/**
 * Codes of Node's sockets, of PostgreSQL (connections, shutdown, a database or a role that is not
 * there, a primary that became a replica, a deadlock that another transaction won), and of SQLite.
 * `SECRET_UNKNOWN`: see `UnknownSecret`.
 */
const away =
  /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|ENOTFOUND|EHOSTUNREACH|08(?!P01)\w{3}|28\w{3}|3D000|57P0[1-5]|53300|25006|40001|40P01|SECRET_UNKNOWN|SQLITE_(BUSY|IOERR|CANTOPEN|FULL)\w*)$/;

const awayMessages =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|connection error and is not queryable/;

/** Whether an error means that the database cannot be asked now, rather than that it was asked wrong. */
export function isDatabaseAway(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const { code } = cause as { code?: unknown };
    if (typeof code === 'string' && away.test(code)) return true;
    if (awayMessages.test(cause.message)) return true;
    if (cause instanceof AggregateError && cause.errors.some(isDatabaseAway)) return true;
  }
  return false;
}
