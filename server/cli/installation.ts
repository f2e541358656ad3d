import { openDatabase } from '../database/database.ts';
import { countSecrets } from '../installation.ts';
import { loadServerSecret } from '../keys.ts';
import { verificationSecretOf } from '../verification-secret.ts';
import type { Command } from './command.ts';

const migrate: Command = {
  name: 'migrate',
  usage: '',
  summary: "Bring the database's tables up to date",
  async run(context) {
    await using database = await openDatabase(context.config().databaseUrl);
    await database.migrate();
    return { json: { migrated: true }, text: 'The tables are up to date' };
  },
};

const secretStatus: Command = {
  name: 'secret status',
  usage: '',
  summary: 'Count the secrets that a change of SERVER_SECRET has not moved yet',
  async run(context) {
    const counts = await countSecrets(await context.installation());
    const { current, previous, neither, webhooks } = counts;
    const lines = [
      'Secrets of API keys:',
      `${current} under SERVER_SECRET`,
      `${previous} under SERVER_SECRET_PREVIOUS: each moves when it is next used`,
      `${neither} under neither${neither === 0 ? '' : ': these are refused'}`,
      'Signing secrets of webhooks:',
      `${webhooks.current} under SERVER_SECRET`,
      `${webhooks.previous} under SERVER_SECRET_PREVIOUS: a server moves them within the hour`,
      `${webhooks.neither} under neither${webhooks.neither === 0 ? '' : ': these sign nothing'}`,
    ];
    return { json: counts, text: lines.join('\n') };
  },
};

const secretVerification: Command = {
  name: 'secret verification',
  usage: '',
  summary: 'Print the part of SERVER_SECRET that a service which embeds verification needs',
  async run(context) {
    const secret = verificationSecretOf(loadServerSecret(context.config(), context.dataFolder));
    const text = Buffer.from(secret).toString('base64');
    return { json: { verification_secret: text }, text };
  },
};

export const installationCommands: readonly Command[] = [migrate, secretStatus, secretVerification];
