import { z } from 'zod';

/** Each wrong kind of key, and the sentence that refuses it; the first that fits counts. */
const wrongKinds: readonly (readonly [RegExp, string])[] = [
  [
    /^sk-ant-admin/,
    'this is an Anthropic admin key, which manages an account: create an API key (sk-ant-api…) in the Anthropic Console',
  ],
  [
    /^sk-ant-oat/,
    'this is a short-lived Anthropic access token: create an API key (sk-ant-api…) in the Anthropic Console',
  ],
  [
    /^(?!sk-ant-api\d\d-[\w-]{20,300}$)/,
    'this is no Anthropic API key: one begins with sk-ant-api and is copied whole from the Anthropic Console',
  ],
];

/** An Anthropic API key; spaces around it do not count. */
export const anthropicApiKey = z
  .string()
  .transform((value) => value.trim())
  .superRefine((value, context) => {
    const [, msg] = wrongKinds.find(([kind]) => kind.test(value)) ?? [];
    if (msg === undefined) return;
    context.addIssue({ code: 'custom', message: msg, params: { type: 'value_error', msg } });
  });

/** The form in which a key is shown: its kind, and four characters on either side. */
export function previewOfAnthropicKey(key: string): string {
  const [prefix = ''] = /^sk-ant-api\d\d-/.exec(key) ?? [];
  return `${prefix}${key.slice(prefix.length, prefix.length + 4)}••••${key.slice(-4)}`;
}
