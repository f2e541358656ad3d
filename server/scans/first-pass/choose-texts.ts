import { posix } from 'node:path';
import { detached } from './hit.ts';

/** A text for the model. */
export interface ChosenText {
  readonly path: string;
  readonly text: string;
}

/** Characters: of one file, and of all. */
const maxOfFile = 20_000;
const maxOfAll = 200_000;

/** The files that decide whether something is safe to run, the most telling first. */
const kinds: readonly RegExp[] = [
  /^(package\.json|setup\.py|pyproject\.toml|setup\.cfg|build\.rs|cargo\.toml|manifest\.json|go\.mod|gemfile|composer\.json|[^/]+\.gemspec|\.npmrc)$/,
  /^(dockerfile.*|makefile|.*\.sh|.*\.ps1|tasks\.json|devcontainer\.json|action\.ya?ml|conftest\.py)$/,
  /^readme(\.\w+)?$/,
  /^(index|main|extension|background|service[-_]worker|content|cli|__init__|__main__)\.\w+$/,
  /^requirements.*\.txt$/,
];

/** The rank of a path among those that the model reads; lower first; null when it need not be read. */
export function rankOf(path: string): number | null {
  if (/(^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(path)) return 2;
  const name = posix.basename(path).toLowerCase();
  const kind = kinds.findIndex((pattern) => pattern.test(name));
  // Deeper files matter less.
  return kind < 0 ? null : kind + 1 + Math.min(0.9, path.split('/').length / 10);
}

/** The rank of a file that is read only if an installation runs it. */
const runOnly = 9;

/** Collects texts, and keeps the most telling within the bounds. The same files give the same choice. */
export class TextChoice {
  #texts: { rank: number; path: string; text: string; isCut: boolean }[] = [];
  #length = 0;
  #dropped = 0;

  /** @param rank - 0 for a file with findings; null for one that is read only if promoted. */
  add(path: string, text: string, rank: number | null): void {
    const kept = detached(text.slice(0, maxOfFile));
    const isCut = kept.length < text.length && !/^readme/i.test(posix.basename(path));
    this.#texts.push({ rank: rank ?? runOnly, path, text: kept, isCut });
    this.#length += kept.length;
    // Bounded while collecting too.
    if (this.#length > 5 * maxOfAll) this.#keep(4 * maxOfAll);
  }

  /** Ranks a file like one with findings. */
  promote(path: string): void {
    for (const each of this.#texts) if (each.path === path) each.rank = 0;
  }

  /** The chosen texts, and how many of the telling files were left out or cut. */
  choose(): { readonly texts: readonly ChosenText[]; readonly leftOut: number } {
    this.#texts = this.#texts.filter(({ rank }) => rank < runOnly);
    this.#keep(maxOfAll);
    return {
      texts: this.#texts.map(({ path, text }) => ({ path, text })),
      leftOut: this.#dropped + this.#texts.filter(({ isCut }) => isCut).length,
    };
  }

  #keep(length: number): void {
    const byRank = this.#texts.toSorted(
      (one, other) => one.rank - other.rank || (one.path < other.path ? -1 : 1),
    );
    this.#texts = [];
    this.#length = 0;
    for (const each of byRank) {
      if (this.#length + each.text.length <= length) {
        this.#texts.push(each);
        this.#length += each.text.length;
      } else if (each.rank < runOnly) this.#dropped += 1;
    }
  }
}
