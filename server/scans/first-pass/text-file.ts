import { posix } from 'node:path';

/** A file of text, as rules see it. */
export interface TextFile {
  readonly path: string;
  /** The last part of the path, in lower case. */
  readonly name: string;
  /** With the dot, in lower case; empty without one. */
  readonly extension: string;
  readonly text: string;
  /** Source code of any language, by its extension. */
  readonly isCode: boolean;
  /** Of an uploaded or downloaded archive, in which built code is expected. */
  readonly isPackaged: boolean;
}

const codeExtensions = new Set(
  (
    '.js .mjs .cjs .jsx .ts .mts .cts .tsx .vue .svelte .py .pyw .rb .php .pl .lua .sh .bash .zsh ' +
    '.fish .ps1 .psm1 .bat .cmd .vbs .rs .go .java .kt .scala .cs .c .cc .cpp .h .hpp .m .swift ' +
    '.html .htm'
  ).split(' '),
);

/** A file as text; null when it is none. */
export function textFile(path: string, content: Buffer, isPackaged: boolean): TextFile | null {
  if (content.subarray(0, 8192).includes(0)) return null;
  const name = posix.basename(path).toLowerCase();
  const extension = posix.extname(name);
  const text = content.toString('utf8');
  const isCode = codeExtensions.has(extension) || (extension === '' && text.startsWith('#!'));
  return { path, name, extension, text, isCode, isPackaged };
}

/** Tests, examples and documentation: they are not run by those who install. */
export const isAside = (path: string): boolean =>
  /(^|\/)(tests?|__tests__|specs?|fixtures?|examples?|docs?|samples?|testdata)\//i.test(path) ||
  /\.(test|spec)\.[^/]+$/i.test(path);
