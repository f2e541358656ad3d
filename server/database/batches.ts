/** Splits values into batches of a given size: a statement takes a limited number of values. */
export function batches<Value>(values: readonly Value[], size = 500): Value[][] {
  return Array.from({ length: Math.ceil(values.length / size) }, (_, index) =>
    values.slice(index * size, (index + 1) * size),
  );
}
