import { appRouter } from '../../../server/trpc/router.ts';

/** The router's procedures by their full names; its type has them in a tree. */
export const procedures = appRouter._def.procedures as unknown as Readonly<
  Record<string, { readonly _def: { readonly type: string } }>
>;
