import { readFileSync } from 'node:fs';

interface Vectors {
  readonly valid: readonly {
    readonly key: string;
    readonly environment: string;
    readonly preview: string;
    readonly sha256: string;
    readonly note?: string;
  }[];
  readonly invalid: readonly { readonly key: string; readonly reason: string }[];
}

/** The published key-format vectors, which every runtime must agree with. */
export const vectors: Vectors = JSON.parse(
  readFileSync(new URL('../vectors/reporisk-key-format.json', import.meta.url), 'utf8'),
);
