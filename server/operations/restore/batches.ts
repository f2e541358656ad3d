/** How many ids go into one statement. */
const batchSize = 500;

export function batches<Value>(values: readonly Value[]): Value[][] {
  const count = Math.ceil(values.length / batchSize);
  return Array.from({ length: count }, (_, index) =>
    values.slice(index * batchSize, (index + 1) * batchSize),
  );
}
