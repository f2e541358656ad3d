import type { SqlEntityManager } from '@mikro-orm/sql';

/** Work on entities; each one starts with an empty identity map. */
export type EntityManager = SqlEntityManager;
