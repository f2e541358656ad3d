import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { openAuditedDatabase } from '../audit/audited-database.ts';
import { createClerkDirectory } from '../clerk/clerk-directory.ts';
import type { Config } from '../config/config.ts';
import { assertTables } from '../database/verifier-role.ts';
import { explain } from '../observability/format-error.ts';
import type { Command } from './command.ts';

/** One thing that was looked at. */
export interface Finding {
  readonly check: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly detail: string;
  /** What the operator can do; null where nothing is to be done. */
  readonly advice: string | null;
}

/** How far two clocks may be apart, in milliseconds. */
const mostApart = 5_000;

/** Milliseconds for an answer over the network. */
const timeoutMs = 5_000;

const ok = (check: string, detail: string): Finding => ({
  check,
  state: 'ok',
  detail,
  advice: null,
});
const warning = (check: string, detail: string, advice: string): Finding => ({
  ...{ check, state: 'warning', detail, advice },
});
const failed = (check: string, detail: string, advice: string): Finding => ({
  ...{ check, state: 'failed', detail, advice },
});

function checkSecret({ serverSecret }: Config, dataFolder: string): Finding {
  if (serverSecret !== null) return ok('secret', 'SERVER_SECRET is set');
  const path = join(dataFolder, 'server.secret');
  if (!existsSync(path)) return ok('secret', `made at ${path} at the first start`);
  const mode = statSync(path).mode & 0o777;
  const isPrivate = process.platform === 'win32' || (mode & 0o077) === 0;
  if (isPrivate) return ok('secret', `read from ${path}`);
  return failed('secret', `${path} can be read by others`, `chmod 600 ${path}`);
}

async function checkDatabase({ databaseUrl }: Config, now: () => number): Promise<Finding[]> {
  try {
    await assertTables(databaseUrl);
  } catch (error) {
    const isAbsent = error instanceof Error && error.name === 'ConfigError';
    const advice = isAbsent
      ? 'npm run cli -- migrate'
      : 'start the database, or correct DATABASE_URL; nothing is served until then';
    return [failed('database', explain(error), advice)];
  }
  await using database = await openAuditedDatabase(databaseUrl);
  const tables = ok('database', `${database.kind}, with its tables`);
  if (database.kind === 'sqlite') return [tables];
  const before = now();
  const [row] = await database
    .read()
    .execute<{ at: number }[]>(
      'select (extract(epoch from clock_timestamp()) * 1000)::float8 as at',
    );
  return [tables, clock("the database's clock", Number(row?.at), before, now())];
}

function clock(whose: string, at: number, before: number, after: number): Finding {
  const apart = Math.max(before - at, at - after, 0);
  if (apart <= mostApart) return ok('clock', `${whose} agrees`);
  const seconds = Math.round(apart / 1000);
  return failed('clock', `${whose} is ${seconds} s from this one`, 'set both by NTP');
}

/**
 * Looks at the settings of Clerk and, with its secret key, at Clerk itself.
 *
 * @param directory - makes the client of Clerk's API.
 */
export async function checkClerk(
  { clerk, production }: Pick<Config, 'clerk' | 'production'>,
  directory = createClerkDirectory,
  now: () => number = Date.now,
): Promise<Finding[]> {
  if (clerk === null) {
    const advice = 'set CLERK_JWT_KEY: everyone on this machine can sign in';
    return production ? [] : [warning('clerk', 'demo mode, without Clerk', advice)];
  }
  const { jwtKey, issuer, authorizedParties, publishableKey, secretKey } = clerk;
  const unset = (name: string, effect: string) => warning('clerk', `${name} is not set`, effect);
  const findings = [
    ...(issuer === null
      ? [unset('CLERK_ISSUER', 'set it: tokens of any issuer of the key pass')]
      : []),
    ...(authorizedParties.length === 0
      ? [
          unset(
            'CLERK_AUTHORIZED_PARTIES',
            'list the origins of your pages, unless a native app has none',
          ),
        ]
      : []),
    ...(publishableKey === null
      ? [unset('CLERK_PUBLISHABLE_KEY', 'set it: the console cannot sign in')]
      : []),
    ...(clerk.webhookSigningSecret === null
      ? [unset('CLERK_WEBHOOK_SIGNING_SECRET', 'set it: changes come late, or never')]
      : []),
  ];
  if (secretKey === null) {
    return [...findings, unset('CLERK_SECRET_KEY', 'set it: missed webhooks are not made up for')];
  }
  const api = directory({ secretKey, jwtKey });
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const before = now();
    const time = await api.time(signal);
    const isOurs = await api.isOurInstance(signal);
    const told = isOurs
      ? ok('clerk', 'its API answers, and its key is CLERK_JWT_KEY')
      : failed('clerk', "CLERK_JWT_KEY is another instance's", 'copy both keys from one instance');
    // Clerk tells whole seconds.
    return [...findings, told, clock("Clerk's clock", time.getTime(), before - 1000, now())];
  } catch (error) {
    const advice = 'check CLERK_SECRET_KEY and the way out to api.clerk.com';
    return [...findings, failed('clerk', explain(error), advice)];
  }
}

async function checkAnthropic({ anthropicBaseUrl: url }: Config): Promise<Finding> {
  try {
    const { status } = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) });
    // Without a key, any answer but a gateway's own failure shows that the way is open.
    if (status < 500) return ok('anthropic', `${url} answers`);
    return warning('anthropic', `${url} answers ${status}`, 'scans wait until it is well');
  } catch (error) {
    const advice = 'open the way out, or set ANTHROPIC_BASE_URL: no scan works until then';
    return failed('anthropic', `${url} does not answer: ${explain(error)}`, advice);
  }
}

function checkProxies({ host, trustedProxies }: Config): Finding {
  if (trustedProxies.length > 0) return ok('proxies', `trusted: ${trustedProxies.join(', ')}`);
  if (host === '127.0.0.1' || host === '::1' || host === 'localhost') {
    return warning(
      'proxies',
      'none is trusted, and the server listens on this machine only',
      'where a proxy stands before it, set TRUSTED_PROXIES: allow lists judge its address otherwise',
    );
  }
  return ok('proxies', 'none: clients are judged by the address of their connection');
}

const doctor: Command = {
  name: 'doctor',
  usage: '',
  summary: 'Check configuration, database, clocks, Clerk, Anthropic and proxies; change nothing',
  async run(context) {
    const config = context.config();
    const findings = [
      ok('configuration', 'every setting is understood'),
      checkSecret(config, context.dataFolder),
      ...(await checkDatabase(config, Date.now)),
      ...(await checkClerk(config)),
      await checkAnthropic(config),
      checkProxies(config),
    ];
    const isFailure = findings.some(({ state }) => state === 'failed');
    return { json: { findings }, text: findings.map(line).join('\n'), isFailure };
  },
};

function line({ check, state, detail, advice }: Finding): string {
  const told = `${state.padEnd(7)}  ${check}: ${detail}`;
  return advice === null ? told : `${told}\n         -> ${advice}`;
}

export const doctorCommands: readonly Command[] = [doctor];
