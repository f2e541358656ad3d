import type { TestProject } from 'vitest/node';
import { startPostgres, withoutDurability } from './postgres-process.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** The address of the run's PostgreSQL: a URL without a database name. */
    postgresServer: string;
  }
}

/** Starts one PostgreSQL for the whole test run. */
export async function setup(project: TestProject) {
  const server = await startPostgres(withoutDurability);
  project.provide('postgresServer', server.url);
  return () => server[Symbol.asyncDispose]();
}
