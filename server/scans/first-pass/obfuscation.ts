import { type Detector, hitAt } from './hit.ts';
import { isAside, type TextFile } from './text-file.ts';

/** Text that is decoded and run at once. */
const decodedCode = [
  // JavaScript
  /\b(eval|Function|setTimeout|execScript|runInThisContext|runInNewContext)\s*\(\s*(atob|unescape|decodeURIComponent|String\.fromCharCode|Buffer\.from\s*\([^)]{0,2000}['"](base64|hex)['"])/,
  // Python
  /\b(exec|eval)\s*\(\s*(compile\s*\(\s*)?(__import__\(['"](base64|zlib|marshal|codecs)['"]\)|base64\.|b64decode|zlib\.decompress|marshal\.loads|codecs\.decode|bytes\.fromhex|bytearray\.fromhex)/,
  // PHP, Ruby
  /\b(eval|assert)\s*\(\s*(gzinflate|gzuncompress|str_rot13|base64_decode|Base64\.decode64)\b/,
  // Shells
  /\bbase64\s+(-d|-D|--decode)\b[^\n|]{0,100}\|\s*(sudo\s+)?((ba|z|da)?sh|python3?|node|perl)\b|\|\s*xxd\s+-r[^\n|]{0,40}\|\s*(ba|z|da)?sh\b/,
  /\b(iex|Invoke-Expression)\b[^\n]{0,200}FromBase64String|powershell(\.exe)?\s[^\n]{0,100}-e(nc|ncodedcommand)?\s+[A-Za-z0-9+/=]{60}/i,
];

const isRun = (file: TextFile) =>
  file.isCode || file.name === 'package.json' || /makefile$|\.ya?ml$|dockerfile/.test(file.name);

const decoded: Detector = function* (file) {
  if (!isRun(file) || isAside(file.path)) return;
  for (const pattern of decodedCode) {
    const index = file.text.search(pattern);
    if (index >= 0) return void (yield hitAt(file, 'decoded-code', index));
  }
  const index = decodedThenRun(file.text);
  if (index !== null) yield hitAt(file, 'decoded-code', index);
};

/** A name that is given a decoded text, and run elsewhere. Few names: the work stays bounded. */
function decodedThenRun(text: string): number | null {
  if (!/\b(?:atob|Buffer\.from|b64decode|fromhex)\b/.test(text)) return null;
  const decoding =
    /\b(\w{1,40})\s*=\s*(?:(?:atob|base64\.b64decode|bytes\.fromhex)\s*\(|Buffer\.from\s*\([^;\n]{0,200}?['"](?:base64|hex)['"])/g;
  const names = new Map(
    [...text.matchAll(decoding)].map(({ 1: name = '', index }) => [name, index]),
  );
  for (const [name, index] of [...names].slice(0, 50)) {
    // Not the method of a pattern: `/a/.exec(name)`.
    const run = `(?:(?<![.\\w])(?:eval|Function|exec)|\\b(?:runInThisContext|_compile))\\s*\\(\\s*${name}\\b`;
    if (new RegExp(run).test(text)) return index;
  }
  return null;
}

/** Escapes of the usual obfuscators, many in a row. */
const escapes = /(?:\\x[0-9a-f]{2}){80}|(?:\\u00[0-9a-f]{2}){60}|\[\]\[\(!\[\]\+\[\]\)\[\+/i;

const obfuscated: Detector = function* (file) {
  if (!file.isCode || isAside(file.path)) return;
  const names = [...file.text.matchAll(/\b_0x[0-9a-f]{4,6}\b/gi)];
  const index = names.length < 20 ? file.text.search(escapes) : (names[0]?.index ?? 0);
  if (index >= 0) yield hitAt(file, 'obfuscated-code', index);
};

/** Where built or foreign code is usual. */
const isBuilt = (path: string) =>
  /(^|\/)(dist|build|out|vendor|third[_-]?party|node_modules|public|static|assets|bundles?|\.yarn)\//i.test(
    path,
  ) || /[.-](min|bundle|prod(uction)?)\.\w+$/i.test(path);

const encoded: Detector = function* (file) {
  if (!file.isCode || /\.html?$/.test(file.name) || file.isPackaged) return;
  if (isBuilt(file.path) || isAside(file.path)) return;
  // Not data URLs: pictures and fonts.
  const pattern = /(?<![\w+/=,:-]|base64,)(?:[A-Za-z0-9+/]{1000,}={0,2}|(?:[0-9a-f]{2}){500,})/;
  for (const { line, index } of longLines(file.text, 1000)) {
    const inside = line.search(pattern);
    if (inside >= 0) return void (yield hitAt(file, 'encoded-text', index + inside));
  }
};

const minified: Detector = function* (file) {
  if (!/(?<!\.d)\.([cm]?[jt]sx?|py|rb|php)$/.test(file.name) || file.isPackaged) return;
  if (isBuilt(file.path) || isAside(file.path)) return;
  for (const { line, index } of longLines(file.text, 5000)) {
    const { length } = line.match(/\b(?:function|return)\b|=>/g) ?? [];
    // Fewer: a table of data.
    if (length >= 10) return void (yield hitAt(file, 'minified-source', index));
  }
};

/** The lines of a length, with their position. */
function* longLines(text: string, minLength: number): Generator<{ line: string; index: number }> {
  for (let index = 0; index < text.length; ) {
    const end = text.indexOf('\n', index);
    const next = end < 0 ? text.length : end;
    if (next - index >= minLength) yield { line: text.slice(index, next), index };
    index = next + 1;
  }
}

/** Bidirectional overrides, and runs of characters that show nothing but carry data. */
const hidden: Detector = function* (file) {
  if (!isRun(file)) return;
  const index = file.text.search(
    /[\u202A-\u202E\u2066-\u2069]|[\uFE00-\uFE0F\u{E0000}-\u{E01EF}]{8}/u,
  );
  if (index >= 0) yield hitAt(file, 'hidden-characters', index);
};

export const obfuscationDetectors = [decoded, obfuscated, encoded, minified, hidden];
