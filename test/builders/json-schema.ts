/** As much of JSON Schema (2020-12) as the project's own schemas use. */

export interface Schema {
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
}

/** Where a value is not what the schema says; empty: it is. */
export function violations(value: unknown, schema: Schema, root: Schema = schema, path = '$'): readonly string[] {
  if (schema.$ref !== undefined) {
    const name = schema.$ref.replace('#/$defs/', '');
    return violations(value, root.$defs![name]!, root, path);
  }
  if (schema.enum && !schema.enum.includes(value)) return [`${path}: ${JSON.stringify(value)} is none of the values`];
  if (schema.type !== undefined && ![schema.type].flat().some((type) => isOf(type, value))) {
    return [`${path}: no ${schema.type}`];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, at) => (schema.items ? violations(item, schema.items, root, `${path}[${at}]`) : []));
  }
  return typeof value === 'object' && value !== null ? ofObject(value, schema, root, path) : [];
}

function ofObject(value: object, schema: Schema, root: Schema, path: string): readonly string[] {
  const missing = (schema.required ?? []).filter((name) => !(name in value)).map((name) => `${path}: no ${name}`);
  const found = Object.entries(value).flatMap(([name, own]) => {
    const known = schema.properties?.[name] ?? schema.additionalProperties;
    if (known === false) return [`${path}: ${name} is not in the schema`];
    return typeof known === 'object' ? violations(own, known, root, `${path}.${name}`) : [];
  });
  return [...missing, ...found];
}

/** Whole numbers are numbers, too. */
function isOf(type: string, value: unknown): boolean {
  return type === typeOf(value) || (type === 'number' && typeof value === 'number');
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return Number.isInteger(value) ? 'integer' : typeof value;
}
