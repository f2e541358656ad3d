/**
 * The format of keys alone: is this text a key, and what may be shown of it? It needs no types of HTTP,
 * and is the smallest part that a page or a log filter can load.
 * @module
 */

export type { Dialect, Environment, KeyShape } from './format/key-shape.ts';
export { type ParsedKey, parseKey } from './format/parse-key.ts';
export { formatPreview, maskKey } from './format/preview.ts';
export { recognizeKey } from './format/recognize-key.ts';
