import { globSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Operation } from '../../../server/operations/operation.ts';

/** Every operation that the server's modules export, wired or not. */
export async function definedOperations(): Promise<Operation[]> {
  const paths = globSync('server/operations/*/*.ts');
  const modules = await Promise.all(paths.map((path) => import(resolve(path))));
  return modules.flatMap((module) =>
    Object.values<unknown>(module).filter(
      (value): value is Operation =>
        typeof value === 'object' && value !== null && 'access' in value && 'run' in value,
    ),
  );
}
