/** An answer that is sent in chunks, as it is read: a file of any length. */
export class Download {
  readonly contentType: string;
  readonly fileName: string;
  readonly pieces: AsyncIterable<string>;

  constructor(contentType: string, fileName: string, pieces: AsyncIterable<string>) {
    this.contentType = contentType;
    this.fileName = fileName;
    this.pieces = pieces;
  }
}
