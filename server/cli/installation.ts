import { loadServerSecret } from '../crypto/derived-keys.ts';
import { verificationSecretOf } from '../database/verification-secret.ts';
import { changeSecret } from '../operations/secrets/change.ts';
import { moveSecrets } from '../operations/secrets/move.ts';
import { secretStatus } from '../operations/secrets/status.ts';
import { snakeKeys } from '../wire/case.ts';
import type { Command } from './command.ts';

const migrate: Command = {
  name: 'migrate',
  usage: '',
  summary: "Bring the database's tables up to date",
  async run(context) {
    // The migrations authenticate rows and need the secret; opening the installation runs them.
    await context.installation();
    return { json: { migrated: true }, text: 'The tables are up to date' };
  },
};

const status: Command = {
  name: 'secret status',
  usage: '',
  summary: 'Count what is stored under SERVER_SECRET and SERVER_SECRET_PREVIOUS',
  async run(context) {
    const counts = await context.execute(secretStatus, null, {});
    const { current, previous, neither, webhooks, rows, auditLog, inUse, keys } = counts;
    const { anthropicKeys } = counts;
    const named = (which: 'current' | 'previous') =>
      which === 'current' ? 'SERVER_SECRET' : 'SERVER_SECRET_PREVIOUS';
    const left = (count: number, what: string) => (count === 0 ? '' : `: ${what}`);
    const moved = '"cli secret move", or a server within the hour';
    const lines = [
      `New values are stored under ${named(inUse)}`,
      'Secrets of API keys:',
      `${current} under SERVER_SECRET`,
      `${previous} under SERVER_SECRET_PREVIOUS${left(previous, 'each moves when it is next used')}`,
      `${neither} under neither${left(neither, 'these are refused')}`,
      'Signing secrets of webhooks:',
      `${webhooks.current} under SERVER_SECRET`,
      `${webhooks.previous} under SERVER_SECRET_PREVIOUS${left(webhooks.previous, moved)}`,
      `${webhooks.neither} under neither${left(webhooks.neither, 'these sign nothing')}`,
      'Anthropic keys:',
      `${anthropicKeys.current} under SERVER_SECRET`,
      `${anthropicKeys.previous} under SERVER_SECRET_PREVIOUS${left(anthropicKeys.previous, moved)}`,
      `${anthropicKeys.neither} under neither${left(anthropicKeys.neither, 'these count as missing')}`,
      'Rows that are authenticated:',
      `${rows.current} under SERVER_SECRET`,
      `${rows.previous} under SERVER_SECRET_PREVIOUS${left(rows.previous, moved)}`,
      `${rows.neither} under neither${left(rows.neither, 'these give nothing')}`,
      `The audit log ends under ${named(auditLog)}`,
      ...keys.map(({ id, org, label }) => `needs SERVER_SECRET_PREVIOUS: ${id} ${org} ${label}`),
    ];
    return { json: snakeKeys(counts), text: lines.join('\n') };
  },
};

const change: Command = {
  name: 'secret change',
  usage: '',
  summary: 'Store everything new under SERVER_SECRET, once every server knows both secrets',
  async run(context) {
    const changed = await context.execute(changeSecret, null, {});
    return { json: snakeKeys(changed), text: 'SERVER_SECRET is in use on every server' };
  },
};

const move: Command = {
  name: 'secret move',
  usage: '',
  summary: 'Move to the secret in use what needs no API key for it',
  async run(context) {
    const moved = await context.execute(moveSecrets, null, {});
    const { webhooks, anthropicKeys, rows, unreadable } = moved;
    const { unreadableWebhooks, unreadableAnthropicKeys } = moved;
    const left = unreadable === 0 ? '' : `; ${unreadable} cannot be read and stay as they are`;
    const named = [
      ...unreadableWebhooks.map((id) => `\n${id} needs a new signing secret`),
      ...unreadableAnthropicKeys.map((id) => `\n${id} needs to set its Anthropic key again`),
    ].join('');
    const what = `the signing secrets of ${webhooks} webhooks, ${anthropicKeys} Anthropic keys, and ${rows} rows`;
    const text = `Moved ${what}${left}${named}`;
    return { json: snakeKeys(moved), text };
  },
};

const verification: Command = {
  name: 'secret verification',
  usage: '',
  summary: 'Print the part of SERVER_SECRET that a service which embeds verification needs',
  async run(context) {
    const secret = verificationSecretOf(loadServerSecret(context.config(), context.dataFolder));
    const text = Buffer.from(secret).toString('base64');
    return { json: { verification_secret: text }, text };
  },
};

export const installationCommands: readonly Command[] = [
  migrate,
  status,
  change,
  move,
  verification,
];
