import { parseSync } from 'vite';

export interface Import {
  /** Null where it is computed. */
  specifier: string | null;
  /** Nothing of the statement is left when the types are stripped. */
  typeOnly: boolean;
}

/** Every module that a TypeScript source refers to, in whatever way. */
export function importsOf(path: string, source: string): Import[] {
  const found: Import[] = [];
  visit(parse(path, source), (node) => {
    const from = node.source;
    if (!isNode(from)) return;
    const typeOnly =
      node.type === 'TSImportType' || node.importKind === 'type' || node.exportKind === 'type';
    found.push({ specifier: from.type === 'Literal' ? String(from.value) : null, typeOnly });
  });
  return found;
}

const RUNTIME_GLOBALS = new Set(['Buffer', 'Bun', 'Deno', 'process', 'require']);

/** The globals of single runtimes that a source uses. */
export function forbiddenGlobals(path: string, source: string): string[] {
  const found = new Set<string>();
  visit(parse(path, source), (node) => {
    const isGlobal = node.type === 'MemberExpression' && nameOf(node.object) === 'globalThis';
    for (const [field, child] of Object.entries(node)) {
      // In `a.process` and `{ process: a }` it is only a name.
      const isName = (field === 'property' && !isGlobal) || field === 'key';
      if (isName && !node.computed) continue;
      for (const name of [child].flat().map(nameOf)) {
        if (name && RUNTIME_GLOBALS.has(name)) found.add(name);
      }
    }
  });
  return [...found];
}

type Node = { type: string } & Record<string, unknown>;

function parse(path: string, source: string): unknown {
  const { program, errors } = parseSync(path, source);
  if (errors[0]) throw new Error(`${path}: ${errors[0].message}`);
  return program;
}

function visit(value: unknown, see: (node: Node) => void) {
  if (Array.isArray(value)) {
    for (const each of value) visit(each, see);
  } else if (isNode(value)) {
    see(value);
    for (const each of Object.values(value)) visit(each, see);
  }
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value;
}

function nameOf(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Identifier' ? String(value.name) : undefined;
}
