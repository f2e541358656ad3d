import { type Detector, type Hit, hitAt } from './hit.ts';
import { imitated, knownPackages } from './known-packages.ts';
import { manifestOf } from './package-manifest.ts';
import type { TextFile } from './text-file.ts';

const npmDependencies: Detector = function* (file) {
  const manifest = manifestOf(file);
  if (manifest === null) return;
  for (const [name, range] of Object.entries(manifest.dependencies)) {
    const at = () => Math.max(0, file.text.indexOf(JSON.stringify(name)));
    if (imitated(name, knownPackages.npm) !== null) yield hitAt(file, 'typosquat', at());
    if (typeof range === 'string' && isAddress(range)) yield hitAt(file, 'dependency-source', at());
  }
};

/** An address that is not a Git repository at a fixed commit. */
const isAddress = (range: string) =>
  /^(git[+:@]|https?:|github:|gitlab:|bitbucket:|[\w-]+\/[\w.-]+(#|$))/.test(range) &&
  !/#[0-9a-f]{40}$/.test(range);

const pythonRequirements: Detector = function* (file) {
  if (!/^requirements[\w.-]*\.(txt|in)$/.test(file.name)) return;
  for (const match of file.text.matchAll(/^[ \t]*([A-Za-z0-9][\w.-]*)[^\n]*/gm)) {
    yield* pythonName(file, match[1] ?? '', match.index);
  }
  for (const match of file.text.matchAll(/^[ \t]*(?:-e[ \t]+)?(?:git\+|https?:)[^\n]*/gm)) {
    if (!/@[0-9a-f]{40}\b/.test(match[0])) yield hitAt(file, 'dependency-source', match.index);
  }
};

const pythonProject: Detector = function* (file) {
  if (file.name !== 'pyproject.toml' && file.name !== 'setup.py') return;
  const lists = [...file.text.matchAll(/\b(?:dependencies|install_requires)\s*=\s*\[/g)];
  for (const { index, 0: opening } of lists.slice(0, maxLists)) {
    const start = index + opening.length;
    const list = file.text.slice(start, file.text.indexOf(']', start) + 1 || undefined);
    for (const match of list.matchAll(/["']\s*([A-Za-z0-9][\w.-]*)/g)) {
      yield* pythonName(file, match[1] ?? '', start + match.index);
    }
  }
};

/** Of one file: more are no project's, and would take time. */
const maxLists = 20;

function* pythonName(file: TextFile, name: string, index: number): Generator<Hit> {
  const canonical = name.toLowerCase().replaceAll('_', '-');
  if (imitated(canonical, knownPackages.python) !== null) yield hitAt(file, 'typosquat', index);
}

/** Registries and hosts from which package managers take packages. */
const usualHosts = new Set([
  ...['registry.npmjs.org', 'registry.yarnpkg.com', 'npm.pkg.github.com', 'npm.jsr.io'],
  ...['codeload.github.com', 'github.com', 'pypi.org', 'files.pythonhosted.org'],
]);

const lockFiles: Detector = function* (file) {
  const names =
    /^(package-lock\.json|npm-shrinkwrap\.json|yarn\.lock|pnpm-lock\.yaml|bun\.lock|poetry\.lock|uv\.lock|pipfile\.lock)$/;
  if (!names.test(file.name)) return;
  const addresses =
    /(?:"?resolved"?:?\s+"|tarball:\s*"?|url\s*=\s*")(?:git\+)?(https?):\/\/([^/"'\s:]+)/g;
  for (const match of file.text.matchAll(addresses)) {
    const [, scheme, host = ''] = match;
    if (scheme === 'https' && usualHosts.has(host.toLowerCase())) continue;
    return void (yield hitAt(file, 'lock-file-source', match.index));
  }
};

export const dependencyDetectors = [npmDependencies, pythonRequirements, pythonProject, lockFiles];
