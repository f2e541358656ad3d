/** The parts of a JSON Schema that a reader needs. */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly description?: string;
  readonly default?: unknown;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minimum?: number;
  readonly maximum?: number;
}

/**
 * A schema as text, in the manner of a TypeScript type: members with a question mark may be absent, and
 * limits stand in comments.
 *
 * @param schema - of a value.
 * @param indent - the spaces before the lines of its members.
 */
export function schemaText(schema: Schema, indent = ''): string {
  const { $ref, enum: words, anyOf = schema.oneOf, items, properties } = schema;
  if ($ref !== undefined) return $ref.replace(/^.*\//, '');
  if ('const' in schema) return JSON.stringify(schema.const);
  if (words !== undefined) return words.map((word) => JSON.stringify(word)).join(' | ');
  if (anyOf !== undefined) return anyOf.map((each) => schemaText(each, indent)).join(' | ');
  if (items !== undefined) {
    const text = schemaText(items, indent);
    return /^[^{]* \| /.test(text) ? `(${text})[]` : `${text}[]`;
  }
  if (properties !== undefined) return objectText(schema, properties, indent);
  if (typeof schema.additionalProperties === 'object') {
    return `{ [name]: ${schemaText(schema.additionalProperties, indent)} }`;
  }
  return [schema.type ?? 'any'].flat().join(' | ');
}

function objectText(
  { required = [] }: Schema,
  properties: Readonly<Record<string, Schema>>,
  indent: string,
): string {
  const inner = `${indent}  `;
  const members = Object.entries(properties).map(([name, schema]) => {
    const mark = required.includes(name) ? '' : '?';
    const limits = schemaLimits(schema);
    const comment = limits === '' ? '' : ` // ${limits}`;
    return `${inner}${name}${mark}: ${schemaText(schema, inner)}${comment}\n`;
  });
  return members.length === 0 ? '{}' : `{\n${members.join('')}${indent}}`;
}

/** The limits of a value in words; empty where there are none. */
export function schemaLimits(schema: Schema): string {
  const own = schema.anyOf?.find(({ type }) => type !== 'null') ?? schema;
  // Those of an integer in JSON are no limit that the product chose.
  const chosen = (bound: number | undefined) =>
    bound !== undefined && Number.isSafeInteger(bound - 1) && Number.isSafeInteger(bound + 1)
      ? bound
      : undefined;
  const parts = [
    schema.description,
    own.format,
    range(own.minLength, own.maxLength, ' characters'),
    range(own.minItems, own.maxItems, ' items'),
    range(chosen(own.minimum), chosen(own.maximum), ''),
    schema.default === undefined ? undefined : `${JSON.stringify(schema.default)} when absent`,
  ];
  return parts.filter((part) => part !== undefined).join('; ');
}

function range(min: number | undefined, max: number | undefined, unit: string): string | undefined {
  if (max !== undefined) return `${min ?? 0} to ${max}${unit}`;
  return min === undefined ? undefined : `at least ${min}${unit}`;
}
