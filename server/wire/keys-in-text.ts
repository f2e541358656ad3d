// Anything that could be one of our keys, imported ones included, or one of Anthropic's, whatever
// surrounds it.
const key =
  /rrk_(?:live|test)_[\w-]{43}|rfk_[0-9A-Z]{26}_[\da-f]{64}|rep_[\da-f]{64}|sk-ant-[\w-]{20,}/g;

/** A quick test that most texts fail. */
const prefixes = ['rrk_', 'rfk_', 'rep_', 'sk-ant-'];
const mayHoldKey = (text: string) => prefixes.some((prefix) => text.includes(prefix));

/** The most layers of percent-encoding in a text. */
const mostEncodings = 3;

/**
 * Whether a text holds an apparent API key, ours or Anthropic's, also percent-encoded. People paste keys where they do
 * not belong, and a raw key must not be stored anywhere.
 */
export function holdsKey(text: string): boolean {
  let decoded = text;
  for (let times = 0; times <= mostEncodings; times++) {
    if (mayHoldKey(decoded) && decoded.search(key) !== -1) return true;
    if (!decoded.includes('%')) return false;
    decoded = decoded.replace(/%([0-9a-f]{2})/gi, (_, code) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  }
  return false;
}

/** A text with every API key redacted; the whole text is redacted where a key is encoded. */
export function withoutKeys(text: string): string {
  const rest = mayHoldKey(text) ? text.replace(key, '[API key]') : text;
  return holdsKey(rest) ? '[API key]' : rest;
}
