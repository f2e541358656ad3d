import { expect, test } from 'vitest';
import { type Action, type Role, roleAllows } from '../../../core/mod.ts';

const actions: Action[] = ['read', 'submit', 'manage'];

test.each<[Role, Action[]]>([
  ['admin', ['read', 'submit', 'manage']],
  ['engineer', ['read', 'submit']],
  ['viewer', ['read']],
  ['none', []],
])('roleAllows() lets %s do %j and nothing else', (role, allowed) => {
  expect(actions.filter((action) => roleAllows(role, action))).toEqual(allowed);
});
