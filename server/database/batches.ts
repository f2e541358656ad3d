/** Cuts values into parts of so many: a statement takes a limited number of them. */
export function batches<Value>(values: readonly Value[], size = 500): Value[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}
