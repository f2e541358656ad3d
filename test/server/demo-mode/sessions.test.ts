import { expect, test } from 'vitest';
import { demoRefusal } from '../../../server/demo-mode/guard.ts';
import {
  createDemoIdentityProvider,
  demoIssuer,
  personas,
} from '../../../server/demo-mode/sessions.ts';
import { createClerkSessions } from '../../../server/sessions/clerk.ts';
import { testTime } from '../sessions/tokens.ts';

const now = () => testTime;

test.each(personas)(
  'createDemoIdentityProvider() signs in %s through the same verification',
  async (persona) => {
    const provider = createDemoIdentityProvider({ now });
    const jwtKey = provider.publicKeyPem;
    const sessions = createClerkSessions({ jwtKey, issuer: demoIssuer, now });
    const { token, expiresAt } = provider.issue(persona);
    const session = await sessions.verify(token);
    expect(session).toMatchObject({
      userId: `user_demo_${persona.replaceAll('-', '_')}`,
      role: persona === 'parent-member' ? 'member' : 'admin',
      expiresAt,
    });
    expect(expiresAt).toEqual(new Date(testTime + 600_000));
  },
);

test('createDemoIdentityProvider() makes another key pair each time', async () => {
  const { token } = createDemoIdentityProvider({ now }).issue('parent-admin');
  const jwtKey = createDemoIdentityProvider({ now }).publicKeyPem;
  expect(await createClerkSessions({ jwtKey, now }).verify(token)).toBeNull();
});

test.each(['localhost', 'LOCALHOST:80', '127.0.0.1:8787', '[::1]', '[::1]:8787'])(
  'demoRefusal() lets a request to %s through',
  (host) => {
    expect(demoRefusal({ host })).toBeNull();
  },
);

test.each([
  '',
  'evil.test',
  'localhost.evil.test',
  '127.0.0.1.evil.test',
  '0.0.0.0',
  'localhost:x',
])('demoRefusal() refuses a request to %j', (host) => {
  expect(demoRefusal({ host })).toBe('Demo mode answers on localhost only');
});

test.each(['Forwarded', 'X-Forwarded-For', 'X-Forwarded-Anything', 'X-Real-IP', 'Via'])(
  'demoRefusal() refuses a request with %s',
  (name) => {
    const headers = { host: 'localhost', [name.toLowerCase()]: 'x' };
    expect(demoRefusal(headers)).toBe('Demo mode does not answer forwarded requests');
  },
);
