import { anyOf } from './any-of.ts';

/** Tokens that their issuers made recognizable. */
export const token = anyOf(
  'g',
  /\b(?:AKIA|ASIA)(?!I?OSFODNN)[A-Z0-9]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36}\b/,
  /\bgithub_pat_\w{60,}\b/,
  /\bglpat-[\w-]{20}\b/,
  /\bxox[abprs]-[\w-]{20,}/,
  /\b[rs]k_live_[A-Za-z0-9]{20,}\b/,
  /\bAIza[\w-]{35}\b/,
  /\bnpm_[A-Za-z0-9]{36}\b/,
  /\bsk-ant-[a-z]{3}\d\d-[\w-]{40,}/,
  /\bsk-proj-[\w-]{40,}/,
  /\brrk_live_[A-Za-z0-9_-]{43}\b/,
  /\bpypi-[\w-]{80,}/,
  /\bSG\.[\w-]{22}\.[\w-]{43}/,
  /\bya29\.[\w-]{40,}/,
);

/** A key in PEM, whole or cut off. */
export const privateKey =
  /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----\s*[A-Za-z0-9+/=\s:,-]{60,}?(?:-----END|$)/g;

/** The beginning of a secret, which names its kind, and dots. */
export const mask = (secret: string): string =>
  `${secret.slice(0, secret.startsWith('-----') ? 31 : 8)}••••`;

/** A text without the secrets in it: evidence and the model's reading have none. */
export const masked = (text: string): string => text.replace(token, mask).replace(privateKey, mask);
