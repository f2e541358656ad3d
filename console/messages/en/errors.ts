import type { ProblemCode } from '../../../server/wire/problem.ts';
import { number } from './number.ts';

/** Problems of the server, by their code, in words that an admin can act on. */
const sentences: Readonly<Partial<Record<ProblemCode, string>>> = {
  insufficient_permissions: 'Your role does not allow this.',
  plan_required: 'API access is not part of your current plan.',
  api_key_not_found: 'This key no longer exists, or was revoked.',
  api_key_revoked: 'This key was revoked and cannot be changed.',
  api_key_ended: 'This key has expired or was revoked: create a new one.',
  api_key_rotated: 'Another admin rotated this key just now. Look at it again first.',
  rate_limited: 'Too many requests. Wait a moment.',
};

export const errors = {
  retry: 'Try again',
  signInAgain: 'Sign in again',
  requestId: 'Request',
  session: 'Your session has expired. Sign in again: nothing you typed is lost.',
  unreachable: 'The server did not answer. Check your connection.',
  unavailable: 'The service is briefly unavailable. Nothing was changed.',
  fault: 'Something went wrong on our side. Nothing was changed.',
  input: 'Please correct what is marked.',
  address: 'The address of this page holds a filter, a position or an id that cannot exist.',
  atLine: (line: number, sentence: string) => `Line ${line}: ${sentence}`,
  sentences,
  fields: {
    'value_error.missing': () => 'This is needed.',
    'type_error.none.not_allowed': () => 'This is needed.',
    'value_error.any_str.min_length': () => 'This is needed.',
    'value_error.any_str.max_length': (limit: number) => `At most ${limit} characters.`,
    'value_error.list.min_items': () => 'At least one is needed.',
    'value_error.list.max_items': (limit: number) => `At most ${limit}.`,
    'value_error.number.not_ge': (limit: number) => `At least ${number.format(limit)}.`,
    'value_error.number.not_le': (limit: number) => `At most ${number.format(limit)}.`,
    'value_error.url.scheme': () => 'An address that begins with https:// is needed.',
    'value_error.url.host': () => 'The host in this address is not valid.',
    'type_error.integer': () => 'A whole number is needed.',
  } as Readonly<Record<string, (limit: number) => string>>,
};
