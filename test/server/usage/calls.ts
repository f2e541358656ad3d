import type { KeyCall } from '../../../server/usage/key-call.ts';
import type { Every } from '../../../server/usage/usage-recorder.ts';

/** A call, with the differences a test is about. */
export function keyCall(differences: Partial<KeyCall> = {}): KeyCall {
  return {
    at: Date.parse('2026-03-04T05:06:07.089Z'),
    keyId: 'key_1',
    orgId: 'org_1',
    endpoint: '/api/v1/repos/{repo_id}',
    method: 'GET',
    statusCode: 200,
    durationMs: 1.23,
    requestId: 'req_1',
    ipAddress: '203.0.113.9',
    userAgent: 'curl/8.4',
    scope: 'repos:read',
    retiresAt: null,
    refused: null,
    ...differences,
  };
}

/** A timer that only the test turns, and how long it was asked for. */
export function handTimer() {
  let run: (() => void) | undefined;
  let milliseconds: number | undefined;
  const every: Every = (wanted, callback) => {
    milliseconds = wanted;
    run = callback;
    return () => {
      run = undefined;
    };
  };
  return { every, tick: () => run?.(), milliseconds: () => milliseconds };
}
