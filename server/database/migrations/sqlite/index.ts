import { Initial } from './0001-initial.ts';

/** SQLite's migrations, oldest first. */
export const sqliteMigrations = [{ name: '0001-initial', class: Initial }];
