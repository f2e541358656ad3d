import { expect, test } from 'vitest';
import { signIn, startConsole } from './console.ts';
import { inDatabase } from './demo-keys.ts';

test('an empty page is a picture, a sentence and at most one main action', async () => {
  await using console = await startConsole();
  await inDatabase(console, "update organization set tier = 3 where id = 'org_demo_initech'");
  await using session = await console.open();
  const { page } = session;
  await signIn(page, 'Tier 1 admin');
  const seen: Record<string, unknown> = {};
  for (const [section, title] of [
    ['api-access', 'No keys yet'],
    ['sub-orgs', 'No sub-organizations yet'],
    ['service-accounts', 'No service accounts yet'],
    ['webhooks', 'No webhooks yet'],
    ['repositories', 'No repositories yet'],
    ['repositories?environment=test', 'No repositories in the sandbox'],
    ['extensions', 'No extensions yet'],
    ['extensions?environment=test', 'No extensions in the sandbox'],
    ['jobs', 'No jobs yet'],
  ] as const) {
    await page.goto(`/settings/${section}`);
    const empty = page.locator('.empty-state').filter({ hasText: title });
    await empty.getByRole('heading', { level: 2, name: title }).waitFor();
    expect(await empty.locator('.rows-to-come').isVisible()).toBe(true);
    const actions = page.getByRole('main').locator('.button-primary').filter({ visible: true });
    seen[section] = await actions.allInnerTexts();
  }
  expect(seen).toEqual({
    'api-access': ['New API Key'],
    'sub-orgs': ['New sub-organization'],
    'service-accounts': ['New service account'],
    webhooks: ['New webhook'],
    repositories: ['New repository'],
    'repositories?environment=test': [],
    extensions: ['New extension'],
    'extensions?environment=test': [],
    jobs: ['Open repositories'],
  });
});
