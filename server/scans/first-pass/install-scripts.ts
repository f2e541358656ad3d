import { anyOf } from './any-of.ts';
import { type Detector, firstMatch, type Hit, hitAt } from './hit.ts';
import { manifestOf } from './package-manifest.ts';
import { isAside, type TextFile } from './text-file.ts';

/** Scripts that npm runs at installation; `prepare` only for dependencies by Git address. */
const atInstall = ['preinstall', 'install', 'postinstall', 'prepare'];

/** Programs that load from the network. */
const download = /\b(curl|wget|iwr|invoke-webrequest|invoke-restmethod)\b|https?:\/\//i;

/** A download whose text is run at once. */
export const pipeToShell = anyOf(
  'i',
  /\b(curl|wget|iwr|invoke-webrequest)\b[^\n|]{0,300}\|\s*(sudo\s+(-\S+\s+)*)?((ba|z|da)?sh|python3?|node|perl|iex|invoke-expression)\b/,
  /\b(ba|z)?sh\s+(-c\s+["']?\$\(|<\()\s*(curl|wget)\b/,
);

/** Calls of the usual languages that open a connection. */
const networkCall = anyOf(
  'i',
  /\bfetch\s*\(|\bXMLHttpRequest\b|\bhttps?\.(get|request)\s*\(/,
  /(\brequire\(\s*|\bfrom\s+)['"](node:)?(https?|net|dns|tls|dgram|axios|got|node-fetch|undici)['"]/,
  /\burllib\.request\b|\burlopen\s*\(|\brequests\.(get|post)\s*\(|\bhttp\.client\b|\bsocket\.socket\s*\(/,
  /\breqwest::|\bureq::|\bTcpStream::connect\b/,
  /\b(curl|wget)\s+-?\S|\binvoke-webrequest\b/,
);

/** All environment variables at once, as data: not for a child process. */
const gathersEnvironment = anyOf(
  '',
  /JSON\.stringify\(\s*(\{\s*\.\.\.)?process\.env\b(?![.[])/,
  /\b(body|data|payload)\s*[:=]\s*process\.env\b(?![.[])/,
  /\b(json\.dumps\(\s*|(json|data|params)\s*=\s*)(dict\(\s*)?os\.environ\b(?![.[])/,
);

/** The scripts of a package.json, and the files that they run. */
export interface InstallScript {
  readonly hit: Hit;
  readonly name: string;
  readonly command: string;
  readonly runs: readonly string[];
}

/** Each script that npm runs at the installation of a package. */
export function installScripts(file: TextFile): InstallScript[] {
  const scripts = manifestOf(file)?.scripts ?? {};
  const folder = file.path.slice(0, -'package.json'.length);
  return atInstall.flatMap((name) => {
    const command = scripts[name];
    if (typeof command !== 'string') return [];
    const index = Math.max(0, file.text.search(new RegExp(`"${name}"\\s*:\\s*"`)));
    const runs = [
      ...command.matchAll(/(?:^|\s|["'])(?:\.\/)?([\w@./-]+\.(?:[cm]?[jt]s|sh|py|ps1))\b/g),
    ];
    const hit = hitAt(file, 'install-script', index, `"${name}": ${JSON.stringify(command)}`);
    return { hit, name, command, runs: runs.map(([, path = '']) => folder + path) };
  });
}

const npmScripts: Detector = function* (file) {
  for (const { hit, name, command } of installScripts(file)) {
    if (pipeToShell.test(command)) yield { ...hit, rule: 'install-pipe-to-shell' };
    else if (download.test(command)) yield { ...hit, rule: 'install-network' };
    else if (name !== 'prepare') yield hit;
  }
};

const setupPy: Detector = function* (file) {
  if (file.name !== 'setup.py') return;
  if (pipeToShell.test(file.text)) yield* firstMatch(file, 'install-pipe-to-shell', pipeToShell);
  else if (networkCall.test(file.text)) yield* firstMatch(file, 'install-network', networkCall);
  const runs =
    /\bcmdclass\s*=|\bos\.(system|popen|exec\w*)\s*\(|\bsubprocess\.|\bexec\s*\(|\beval\s*\(/;
  yield* firstMatch(file, 'python-install-code', runs);
};

const buildRs: Detector = function* (file) {
  if (file.name !== 'build.rs') return;
  const program =
    /Command::new\(\s*"(?:\/\w+\/)*(sh|bash|zsh|cmd|powershell|pwsh|curl|wget)(\.exe)?"/;
  yield* firstMatch(file, 'build-script-command', program);
  yield* firstMatch(file, 'install-network', /\breqwest::|\bureq::|\bTcpStream::connect\b/);
};

const editorTasks: Detector = function* (file) {
  if (!file.path.endsWith('.vscode/tasks.json')) return;
  yield* firstMatch(file, 'runs-on-open', /"runOn"\s*:\s*"folderOpen"/);
};

const environmentSent: Detector = function* (file) {
  if (!file.isCode || isAside(file.path) || !gathersEnvironment.test(file.text)) return;
  if (sendsData.test(file.text)) yield* firstMatch(file, 'environment-sent', gathersEnvironment);
};

/** Narrower than a network call: data leaves. */
const sendsData =
  /method\s*:\s*['"]POST['"]|\.(write|send|post)\s*\([^)]{0,80}\b(env|environ|data|body|payload)\b|requests\.post\s*\(|urlopen\s*\(|sendBeacon\s*\(/i;

export const installDetectors = [npmScripts, setupPy, buildRs, editorTasks, environmentSent];

/** The first network call of a source file. */
export function networkUse(file: TextFile): Hit | null {
  const index = file.isCode ? file.text.search(networkCall) : -1;
  return index < 0 ? null : hitAt(file, 'install-network', index);
}
