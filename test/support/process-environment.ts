/**
 * The part of the environment that every process of a test gets: nothing else of the developer's
 * reaches it.
 */
export const processEnvironment = {
  PATH: process.env.PATH,
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
};
