import { posix } from 'node:path';
import type { SourceFile } from '../source-file.ts';
import type { Hit } from './hit.ts';
import type { RuleId } from './rules.ts';

/** The rules about an entry's name, kind and first bytes. */
export function entryHits({ path, kind, content }: SourceFile): Hit[] {
  const hit = (rule: RuleId, evidence: string | null = null): Hit => ({
    ...{ rule, path, line: null, evidence },
  });
  const hits: Hit[] = [];
  if (isHostileName(path)) hits.push(hit('hostile-name'));
  if (kind === 'submodule') hits.push(hit('submodule'));
  if (kind === 'link') {
    const target = content.subarray(0, 200).toString('utf8');
    if (leavesTop(path, target)) hits.push(hit('escaping-link', target));
  }
  if (kind === 'file' && isProgram(content)) {
    hits.push(hit(innocent.test(path) ? 'disguised-binary' : 'binary'));
  }
  return hits;
}

/** Names that leave the folder, write into `.git`, or show other than they are. */
function isHostileName(path: string): boolean {
  // A zero-width joiner alone is part of many emoji.
  if (/(?!\u200d)[\p{Cc}\p{Cf}\\]/u.test(path)) return true;
  if (path.startsWith('/') || /^[a-z]:/i.test(path)) return true;
  return path.split('/').some((part, at, parts) => {
    if (/^\.git\.?$|^git~\d$/i.test(part) || part === '..' || part === '.') return true;
    return part === '' && at < parts.length - 1;
  });
}

function leavesTop(path: string, target: string): boolean {
  if (target.startsWith('/') || target.includes('\\') || /^[a-z]:/i.test(target)) return true;
  return posix.join(posix.dirname(path), target).split('/')[0] === '..';
}

/** The names of pictures, texts and sources. */
const innocent =
  /\.(png|jpe?g|gif|webp|ico|svg|css|txt|md|json|[cm]?[jt]sx?|py|html?|ya?ml|xml|pdf|woff2?|ttf|map|log)$/i;

/** ELF, PE, Mach-O (thin and universal). */
function isProgram(content: Buffer): boolean {
  const magic = content.toString('hex', 0, 4);
  if (['7f454c46', 'feedface', 'feedfacf', 'cefaedfe', 'cffaedfe'].includes(magic)) return true;
  // A universal program, not a Java class, whose version follows: few architectures.
  if (magic === 'cafebabe') return content.length > 8 && content.readUInt32BE(4) < 20;
  if (!magic.startsWith('4d5a') || content.length < 64) return false;
  const header = content.readUInt32LE(60);
  return content.toString('latin1', header, header + 4) === 'PE\0\0';
}
