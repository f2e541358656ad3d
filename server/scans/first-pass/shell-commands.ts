import { anyOf } from './any-of.ts';
import { type Detector, firstMatch, hitAt } from './hit.ts';
import { pipeToShell } from './install-scripts.ts';
import { isAside } from './text-file.ts';

/** Files whose lines are run by a shell. */
const isShell =
  /(^|\/)(gnu)?makefile$|\.(sh|bash|zsh|ps1|mk|ya?ml)$|(^|\/)(dockerfile|containerfile)(\.[^/]*)?$/i;

const shellPipes: Detector = function* (file) {
  if (!isShell.test(file.path) || isAside(file.path)) return;
  yield* firstMatch(file, 'pipe-to-shell', pipeToShell);
};

const reverseShell = anyOf(
  '',
  /\/dev\/(tcp|udp)\/[\w.$"{}-]+\//,
  /\bnc(at)?\b[^\n]{0,60}\s(-e|-c|--exec)\s+\S*sh\b/,
  /\bos\.dup2\(\s*\w+\.fileno\(\)[\s\S]{0,200}(\/bin\/(ba)?sh|pty\.spawn)/,
  /\bNet\.Sockets\.TCPClient\([\s\S]{0,400}\b(iex|Invoke-Expression)\b/i,
  /\bnet\.(connect|Socket|createConnection)\([\s\S]{0,300}\.pipe\(\s*\w*(sh|cmd|proc|child)\w*\.stdin/,
);

/** Data that holds commands. */
const holdsCommands = /^(package|tasks|devcontainer)\.json$/;

const reverseShells: Detector = function* (file) {
  if (
    (!file.isCode && !isShell.test(file.path) && !holdsCommands.test(file.name)) ||
    isAside(file.path)
  )
    return;
  yield* firstMatch(file, 'reverse-shell', reverseShell);
};

const dockerAdd: Detector = function* (file) {
  if (!/^(dockerfile|containerfile)(\.|$)|\.dockerfile$/.test(file.name)) return;
  for (const match of file.text.matchAll(
    /^[ \t]*ADD[ \t]+(?!.*--checksum)[^\n]*\bhttps?:\/\//gim,
  )) {
    yield hitAt(file, 'docker-remote-add', match.index);
  }
};

export const shellDetectors = [shellPipes, reverseShells, dockerAdd];
