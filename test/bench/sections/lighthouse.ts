import { join } from 'node:path';
import { openAuditedDatabase } from '../../../server/audit/audited-database.ts';
import { startChild } from '../../processes/child-process.ts';
import { chromiumSettings } from '../../support/chromium.ts';
import { fillOrganization } from '../../support/filled-organization.ts';
import { sqliteDatabase } from '../../support/sqlite.ts';
import { median } from '../compare.ts';
import { atLeast, type Section } from '../figure.ts';
import { areInstalled } from '../installed.ts';
import { runningConsole } from '../running-console.ts';

const rounds = 5;
const folder = join(import.meta.dirname, '..', 'lighthouse');

/** The audited pages: a newcomer's first page, and the page that an admin comes for. */
const pages = [
  { what: 'signing in', path: '/', persona: null, shows: 'Who would you like to be?' },
  {
    what: 'API Access',
    path: '/settings/api-access',
    persona: 'parent-admin',
    shows: 'API Access',
  },
] as const;

const targets = [
  ['performance', 95],
  ['accessibility', 100],
  ['best practices', 100],
] as const;

interface Audit {
  /** In the order of the targets. */
  readonly scores: readonly number[];
  /** Audits that cost something. */
  readonly found: readonly string[];
  /** The page's heading. */
  readonly shows: string | null;
}

/** Lighthouse's scores of a phone with a slow network and a slow processor: medians of five. */
export const lighthouse: Section = async () => {
  if (!(await areInstalled(folder, 'lighthouse'))) return [];
  await using place = await sqliteDatabase();
  await using server = await runningConsole(place.url);
  {
    await using database = await openAuditedDatabase(place.url);
    await fillOrganization(database, 100, Date.now());
  }
  await using auditor = startChild<{ audit: (page: object) => Audit }>(
    '../bench/lighthouse/audit.js',
    {},
  );
  const { executablePath, args } = await chromiumSettings();
  // The place of a packaged Chromium's libraries and fonts.
  const chromium = { executablePath, args, env: process.env };
  const figures = [];
  for (const { what, path, persona, shows } of pages) {
    const audits: Audit[] = [];
    for (let round = 0; round < rounds; round++) {
      const audit = await auditor.ask('audit', { url: server.url + path, persona, chromium });
      if (audit.shows !== shows) throw new Error(`${path} shows ${audit.shows}`);
      audits.push(audit);
    }
    const found = new Set(audits.flatMap((audit) => audit.found));
    if (found.size > 0) console.error(`lighthouse, ${what}: ${[...found].join(', ')}`);
    for (const [index, [category, target]] of targets.entries()) {
      const scores = audits.map((audit) => audit.scores[index] ?? 0);
      figures.push(
        atLeast(target, {
          what: `Lighthouse 12.8.2, mobile, ${what}: ${category}`,
          value: median(scores),
          absolute: scores.join(', '),
        }),
      );
    }
  }
  return figures;
};
