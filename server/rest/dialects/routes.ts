import type { Dialect } from '../../../core/mod.ts';
import { reporiskRoutes } from '../reporisk.ts';
import type { Route } from '../route.ts';
import { platformRoutes } from './platform.ts';
import { repuraiRoutes } from './repurai.ts';

const routes: { readonly [D in Dialect]: readonly Route[] } = {
  reporisk: reporiskRoutes,
  platform: platformRoutes,
  repurai: repuraiRoutes,
};

/** The paths of the given dialects. */
export function routesOf(dialects: readonly Dialect[]): readonly Route[] {
  return dialects.flatMap((dialect) => routes[dialect]);
}
