/** The number of cells; all of them take a quarter of a megabyte. */
const cellCount = 65_536;

/**
 * When each subject was last touched, without an index from subjects to entries: a subject hashes to
 * one of 65,536 cells, a cell holds the newest epoch that touched it, and an entry is good while
 * none of its cells is newer than the entry. So one key and an organization of a million keys are
 * invalidated in the same single store, and an entry pays four numbers for it. Two subjects that
 * share a cell cost a needless lookup, never a wrong answer.
 */
export class TouchedCells {
  /** The newest epoch by cell, relative to the cache's base. */
  readonly epochs: Int32Array = new Int32Array(cellCount);

  /**
   * The cell of a subject.
   *
   * @param subject - its text.
   * @returns an index into `epochs`.
   */
  cellOf(subject: string): number {
    // FNV-1a. An adversary who finds two subjects of one cell gains only lookups.
    let hash = 0x811c9dc5;
    for (let i = 0; i < subject.length; i++) {
      hash = Math.imul(hash ^ subject.charCodeAt(i), 0x01000193);
    }
    return (hash ^ (hash >>> 16)) & (cellCount - 1);
  }

  /**
   * Records that a subject was touched.
   *
   * @param subject - its text.
   * @param epoch - the epoch that touched it, relative to the base.
   */
  touch(subject: string, epoch: number): void {
    const cell = this.cellOf(subject);
    if (epoch > (this.epochs[cell] ?? 0)) this.epochs[cell] = epoch;
  }

  /** Clears all cells; only right together with emptying the tables. */
  clear(): void {
    this.epochs.fill(0);
  }
}
