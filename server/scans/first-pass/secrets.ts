import { type Detector, hitAt } from './hit.ts';
import { mask, privateKey, token } from './mask-secrets.ts';
import { isAside } from './text-file.ts';

const tokens: Detector = function* (file) {
  if (isAside(file.path)) return;
  for (const { 0: found, index } of file.text.matchAll(token)) {
    if (/EXAMPLE|x{6}|0{8}/i.test(found)) continue;
    yield hitAt(file, 'committed-token', index, mask(found));
  }
  for (const { 0: found, index } of file.text.matchAll(privateKey)) {
    yield hitAt(file, 'private-key', index, mask(found));
  }
};

export const secretDetectors = [tokens];
