import type { IssuedKey } from '../api/records.ts';
import { reveal as text } from '../messages/messages.ts';
import type { Revealed } from '../ui/create-reveal.ts';
import type { SecretKind } from '../ui/reveal-dialog.tsx';
import { Snippets } from '../ui/snippets.tsx';
import { Practices } from './practices.tsx';

/** Examples that read the secret from the environment: they can be pasted anywhere. */
function examples(origin: string): readonly (readonly [name: string, code: string])[] {
  return [
    [text.curl, `curl -H "Authorization: Bearer $REPORISK_API_KEY" \\\n  ${origin}/api/v1/repos`],
    [
      text.python,
      `import os
import requests

headers = {"Authorization": f"Bearer {os.environ['REPORISK_API_KEY']}"}
resp = requests.get("${origin}/api/v1/repos", headers=headers)
resp.raise_for_status()`,
    ],
  ];
}

/** How to keep the new secret, and how to call the API with it. */
function KeySnippets() {
  return (
    <>
      <Practices />
      <Snippets title={text.use} hint={text.useHint} examples={examples(location.origin)} />
    </>
  );
}

/** The secret of an API key. */
export const apiKeySecret: SecretKind = {
  fileName: text.downloadName,
  variable: 'REPORISK_API_KEY',
  Use: KeySnippets,
};

/** A key just created or rotated, in the form for the reveal dialog. */
export function revealedKey({ key, rawKey }: IssuedKey): Revealed {
  return { secret: rawKey, masked: key.preview, of: key.label };
}
