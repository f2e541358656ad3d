import { itemsOf, jsonOf, membersOf } from '../loose-json.ts';
import type { TextFile } from './text-file.ts';

/** A package.json, as far as rules read it. What npm would refuse, nothing runs. */
export interface PackageManifest {
  readonly scripts: Readonly<Record<string, unknown>>;
  /** Of all kinds: name and range. */
  readonly dependencies: Readonly<Record<string, unknown>>;
  readonly engines: Readonly<Record<string, unknown>>;
  readonly activationEvents: readonly unknown[];
}

/** The manifest in a file; null in any other file. */
export function manifestOf(file: TextFile): PackageManifest | null {
  if (file.name !== 'package.json') return null;
  const manifest = membersOf(jsonOf(file.text));
  return {
    scripts: membersOf(manifest.scripts),
    dependencies: {
      ...membersOf(manifest.peerDependencies),
      ...membersOf(manifest.optionalDependencies),
      ...membersOf(manifest.devDependencies),
      ...membersOf(manifest.dependencies),
    },
    engines: membersOf(manifest.engines),
    activationEvents: itemsOf(manifest.activationEvents),
  };
}
