// The types of the published client's calls, in place of those of tRPC. Those need TypeScript 5.7, types of a
// page, and half as many files again. tRPC's names and parameters, as the compiler writes them.

/** Options of a call. */
interface CallOptions {
  /** Ends the call. */
  readonly signal?: AbortSignal;
}

/** A call that reads. */
export interface QueryProcedure<Call extends { input: unknown; output: unknown }> {
  /** Resolves with the answer; rejects with an error that `refusalOf` reads. */
  query(input: Call['input'], options?: CallOptions): Promise<Call['output']>;
}

/** A call that changes something. */
export interface MutationProcedure<Call extends { input: unknown; output: unknown }> {
  /** Resolves with the answer; rejects with an error that `refusalOf` reads. */
  mutate(input: Call['input'], options?: CallOptions): Promise<Call['output']>;
}

/** The calls by their names. */
export type BuiltRouter<_Root, Calls> = Calls;

/** The same, as they were declared. */
export type DecorateCreateRouterOptions<Calls> = Calls;
