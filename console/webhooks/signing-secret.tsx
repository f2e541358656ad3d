import { webhooks as text } from '../messages/messages.ts';
import type { Revealed } from '../ui/create-reveal.ts';
import type { SecretKind } from '../ui/reveal-dialog.tsx';
import { VerifySignature } from './what-arrives.tsx';

/** The signing secret of a webhook. */
export const signingSecret: SecretKind = {
  fileName: text.secret.fileName,
  variable: 'REPORISK_WEBHOOK_SECRET',
  Use: VerifySignature,
};

/** A webhook just added or given a new secret, in the form for the reveal dialog. */
export function revealedSecret({
  secret,
  url,
}: {
  readonly secret?: string | undefined;
  readonly url: string;
}): Revealed {
  if (secret === undefined) throw new Error('the answer holds no new secret');
  return { secret, masked: `whsec_${'•'.repeat(24)}`, of: url };
}
