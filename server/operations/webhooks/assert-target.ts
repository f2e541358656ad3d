import { addressesOf, type TargetPolicy } from '../../network/target-policy.ts';
import { InvalidInput, invalidField } from '../../wire/problem.ts';

/** Milliseconds that a name may take to be resolved; each delivery asks again. */
const timeoutMs = 2_000;

/**
 * Refuses a URL that webhooks may not lead to. A name without an address passes: it may get one
 * before the first event, and each delivery is checked separately.
 *
 * @throws {InvalidInput} naming `url`.
 */
export async function assertTarget(policy: TargetPolicy, text: string): Promise<void> {
  const url = new URL(text);
  const schemes = policy.protocols.map((protocol) => protocol.replace(/:$/, ''));
  if (!policy.protocols.includes(url.protocol)) {
    const ctx = { allowed_schemes: schemes };
    const msg = 'URL scheme not permitted';
    throw new InvalidInput([{ path: ['url'], msg, type: 'value_error.url.scheme', ctx }]);
  }
  // Lower ports belong to other protocols' servers, which a request of ours might talk to.
  if (url.port !== '' && url.port !== '443' && Number(url.port) < 1024) {
    throw invalidField('url', 'port must be 443, or 1024 and above');
  }
  if (!(await leadsOut(url, policy))) {
    throw invalidField('url', 'URL must lead to a public address');
  }
}

async function leadsOut(url: URL, policy: TargetPolicy): Promise<boolean> {
  const late = new AbortController();
  const timeout = setTimeout(() => late.abort(), timeoutMs);
  const waited = new Promise<boolean>((resolve) => {
    late.signal.addEventListener('abort', () => resolve(true));
  });
  const permitted = addressesOf(url, policy).then(
    ({ refused }) => !refused,
    () => true,
  );
  return Promise.race([permitted, waited]).finally(() => clearTimeout(timeout));
}
