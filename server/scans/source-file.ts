/** An entry of a repository or an archive. Nothing is ever written under its path. */
export interface SourceFile {
  /** As stored, however hostile. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'submodule';
  /** A file's beginning (`ScanLimits.fileBytes`), a link's target; empty for a submodule. */
  readonly content: Buffer;
}

/** Remarks about a container that its entries cannot show. */
export interface ContainerFinding {
  readonly rule: 'archive-encrypted' | 'archive-duplicate' | 'archive-sizes' | 'archive-bomb';
  readonly path: string | null;
}

/** Receives what cannot be read while entries are. */
export interface Remarks {
  /** What kept parts from being read, for the summary: "entries beyond the first 20000". */
  gap(what: string): void;
  found(finding: ContainerFinding): void;
}
