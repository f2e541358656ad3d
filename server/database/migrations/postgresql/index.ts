import { Initial } from './0001-initial.ts';

/** PostgreSQL's migrations, oldest first. */
export const postgresqlMigrations = [{ name: '0001-initial', class: Initial }];
