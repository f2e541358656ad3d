import { expect, test } from 'vitest';
import { nameOfUrl } from '../../../server/operations/assets/queue-analysis.ts';

test.for([
  ['https://git.example/acme/app.git/', 'acme/app'],
  ['https://git.example/', 'git.example'],
  ['https://marketplace.visualstudio.com/items?itemName=acme.tools', 'acme.tools'],
  ['https://marketplace.visualstudio.com/items?itemName=%E2%80%AEacme', 'items'],
  ['https://git.example/items?itemName=acme.tools', 'items'],
] as const)('nameOfUrl() calls %s %j', ([url, name]) => {
  expect(nameOfUrl(url)).toBe(name);
});
