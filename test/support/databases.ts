import { describe } from 'vitest';
import { openAuditedDatabase } from '../../server/audit/audited-database.ts';
import type { DatabaseTemplate } from './database-template.ts';
import { postgresDatabase } from './postgres.ts';
import { sqliteDatabase } from './sqlite.ts';

/** An empty place for a database, and how to leave it. */
export interface Place extends AsyncDisposable {
  readonly url: string;
}

const tables: DatabaseTemplate = { name: 'migrated', fill: migrate };

/** A database with its tables: a copy of one that is migrated once per run. */
export const migrated: Readonly<Record<'SQLite' | 'PostgreSQL', () => Promise<Place>>> = {
  SQLite: () => sqliteDatabase(tables),
  PostgreSQL: () => postgresDatabase(tables),
};

/** Runs a suite once on each database. */
export function onEachDatabase(suite: (place: () => Promise<Place>) => void): void {
  for (const [name, place] of Object.entries(migrated)) describe(name, () => suite(place));
}

async function migrate(url: string): Promise<void> {
  await using database = await openAuditedDatabase(url);
  await database.migrate();
}
