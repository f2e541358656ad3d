import { Initial } from './0001-initial.ts';
import { Coherence } from './0002-coherence.ts';

/** PostgreSQL's migrations, oldest first. */
export const postgresqlMigrations = [
  { name: '0001-initial', class: Initial },
  { name: '0002-coherence', class: Coherence },
];
