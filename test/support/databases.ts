import { describe } from 'vitest';
import { openDatabase } from '../../server/database/database.ts';
import { postgresDatabase } from './postgres.ts';
import { sqliteDatabase } from './sqlite.ts';

/** An empty place for a database, and how to leave it. */
export interface Place extends AsyncDisposable {
  readonly url: string;
}

/** A database with its tables, on PostgreSQL copied from a template that is migrated once per run. */
export const migrated: Readonly<Record<'SQLite' | 'PostgreSQL', () => Promise<Place>>> = {
  SQLite: async () => {
    const place = await sqliteDatabase();
    await migrate(place.url);
    return place;
  },
  PostgreSQL: () => postgresDatabase({ name: 'migrated', fill: migrate }),
};

/** Runs a suite once on each database. */
export function onEachDatabase(suite: (place: () => Promise<Place>) => void): void {
  for (const [name, place] of Object.entries(migrated)) describe(name, () => suite(place));
}

async function migrate(url: string): Promise<void> {
  await using database = await openDatabase(url);
  await database.migrate();
}
