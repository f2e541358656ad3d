import type { SqlEntityManager } from '@mikro-orm/sql';

/** Work on entities; a fresh identity map each time. */
export type EntityManager = SqlEntityManager;
