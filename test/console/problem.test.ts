import { expect, test } from 'vitest';
import { problemOf } from '../../console/api/problem.ts';
import { RequestFailed } from '../../console/api/trpc-client.ts';

const sentenceOf = (data: { problem?: 'api_key_rotated' | 'unavailable' }, status = 409) =>
  problemOf(
    new RequestFailed(status, { detail: 'Any words of the server', ...data }, null, 'change'),
  ).sentence;

test("problemOf() takes the console's sentence by the code, whatever the server's text says", () => {
  expect(sentenceOf({ problem: 'api_key_rotated' })).toMatch(/^Another admin rotated this key/);
  expect(sentenceOf({})).toBe('Any words of the server.');
  expect(sentenceOf({ problem: 'unavailable' }, 503)).toMatch(
    /^The service is briefly unavailable/,
  );
  const asked = new RequestFailed(422, { detail: [] }, null, 'query');
  expect(problemOf(asked).sentence).toMatch(/^The address of this page/);
});
