// Better Auth's own key verification, on a SQLite file of its own in WAL mode, as its documentation
// sets it up. Rate limits are off, because they would refuse the benchmark; each verification records
// the key's last use, as it always does. Asked by the same messages as test/processes/answering.ts.
import { apiKey } from '@better-auth/api-key';
import { betterAuth } from 'better-auth';
import { getMigrations } from 'better-auth/db/migration';
import Database from 'better-sqlite3';

const { path, count } = JSON.parse(process.argv[2]);
const database = new Database(path);
database.pragma('journal_mode = WAL');
const auth = betterAuth({
  database,
  secret: 'a secret of the benchmark, long enough',
  baseURL: 'http://localhost',
  emailAndPassword: { enabled: true },
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [apiKey({ rateLimit: { enabled: false } })],
});
const { runMigrations } = await getMigrations(auth.options);
await runMigrations();
const { user } = await auth.api.signUpEmail({
  body: { email: 'admin@example.com', password: 'a password', name: 'Admin' },
});
const keys = [];
for (let n = 0; n < count; n++) {
  keys.push((await auth.api.createApiKey({ body: { userId: user.id } })).key);
}

let next = 0;
/** Verifies for so many milliseconds: how many per second. */
async function measure(milliseconds) {
  const started = performance.now();
  let verified = 0;
  while (performance.now() - started < milliseconds) {
    const key = keys[next++ % keys.length];
    const { valid } = await auth.api.verifyApiKey({ body: { key } });
    if (!valid) throw new Error('a key was refused');
    verified += 1;
  }
  return (verified * 1000) / (performance.now() - started);
}

process.on('message', async ({ n, argument }) => {
  try {
    process.send({ n, value: await measure(argument) });
  } catch (error) {
    process.send({ n, error: error.stack });
  }
});
process.once('disconnect', () => process.exit());
