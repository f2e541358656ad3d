import { expectTypeOf } from 'vitest';
import {
  admit,
  createMemoryKeyStore,
  createVerifier,
  type KeyRecord,
  openRemoteVerifier,
  protect,
  type Verifier,
} from '../../../core/mod.ts';

declare const verifier: Verifier;
declare const answer: Response;

// The handler's parameters need no annotation.
const plain = protect(verifier, (request, key) => {
  expectTypeOf(request).toEqualTypeOf<Request>();
  expectTypeOf(key).toEqualTypeOf<KeyRecord>();
  return answer;
});
expectTypeOf(plain).toEqualTypeOf<(request: Request) => Promise<Response>>();

// A runtime's arguments besides the request reach the handler and the options unchanged.
interface Runtime {
  readonly address: string;
}
const withRuntime = protect(verifier, (_request, _key, _runtime: Runtime) => answer, {
  address: (_request, runtime) => {
    expectTypeOf(runtime).toEqualTypeOf<Runtime>();
    return runtime.address;
  },
});
expectTypeOf(withRuntime).toEqualTypeOf<
  (request: Request, _runtime: Runtime) => Promise<Response>
>();

// @ts-expect-error: a handler that answers no Response
protect(verifier, () => 'text');
// @ts-expect-error: an environment that no key has
protect(verifier, () => answer, { environments: ['sandbox'] });
// @ts-expect-error: the runtime's part is left out of a call
withRuntime(new Request('http://localhost'));
// @ts-expect-error: the key is never absent
protect(verifier, (_request, _key: null) => answer);

// The scopes of a service are typed by its verifier, of either kind.
const store = createMemoryKeyStore();
const own = createVerifier({ store, extraScopes: ['billing:read', 'billing:charge=submit'] });
expectTypeOf(own).toEqualTypeOf<Verifier<'billing:read' | 'billing:charge'>>();
protect(own, () => answer, { scope: 'billing:charge' });
protect(own, () => answer, { scope: 'repos:read' });
const remote = openRemoteVerifier({ url: 'https://example.com', extraScopes: ['billing:read'] });
void admit(remote, new Headers(), { scope: 'billing:read' });
// @ts-expect-error: a scope that the service has not
void admit(remote, new Headers(), { scope: 'billing:charge' });
// @ts-expect-error: the action is no part of the name
protect(own, () => answer, { scope: 'billing:charge=submit' });
// @ts-expect-error: a scope of another service
protect(verifier, () => answer, { scope: 'billing:read' });
