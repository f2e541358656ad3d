import { z } from 'zod';
import type { TextFile } from './text-file.ts';

/** A member of another shape counts as absent: what npm would refuse, nothing runs. */
const texts = z.record(z.string(), z.unknown()).catch({});

const manifest = z.looseObject({
  scripts: texts,
  dependencies: texts,
  devDependencies: texts,
  optionalDependencies: texts,
  peerDependencies: texts,
  engines: texts,
  activationEvents: z.array(z.unknown()).catch([]),
});

/** A package.json, as far as rules read it. */
export type PackageManifest = z.infer<typeof manifest>;

/** The manifest in a file; null in any other file, and where it is no JSON. */
export function manifestOf(file: TextFile): PackageManifest | null {
  return file.name === 'package.json' ? (manifest.safeParse(jsonOf(file)).data ?? null) : null;
}

/** A file's JSON; undefined when it is none. */
export function jsonOf({ text }: TextFile): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    return undefined;
  }
}
