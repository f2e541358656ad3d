import type { Severity } from '../report.ts';

/** What customers read about a rule's findings. */
interface Rule {
  readonly severity: Severity;
  readonly title: string;
  readonly advice: string;
}

/** The rules of the first pass. The README's table repeats them. */
export const rules = {
  'install-script': {
    severity: 'low',
    title: 'A command runs when the package is installed',
    advice: 'Install with scripts switched off (npm: --ignore-scripts), or read the script first.',
  },
  'install-network': {
    severity: 'high',
    title: 'Code that runs at installation uses the network',
    advice: 'Do not install before you know what it sends and what it loads.',
  },
  'install-pipe-to-shell': {
    severity: 'critical',
    title: 'The installation runs a script from the network',
    advice: 'Do not install: the owner of that address gets the machine.',
  },
  'python-install-code': {
    severity: 'medium',
    title: 'setup.py runs commands or replaces an installation step',
    advice: 'Install a wheel, or read setup.py first.',
  },
  'build-script-command': {
    severity: 'medium',
    title: 'A build script starts a shell or a download tool',
    advice: 'Read build.rs before you build.',
  },
  'runs-on-open': {
    severity: 'high',
    title: 'The editor runs a command when the folder is opened',
    advice: 'Open the folder in restricted mode, and remove the task.',
  },
  'pipe-to-shell': {
    severity: 'medium',
    title: 'A script from the network is run unseen',
    advice: 'Download a fixed version, compare its checksum, then run it.',
  },
  'reverse-shell': {
    severity: 'critical',
    title: 'A shell is connected to the network',
    advice: 'Do not run anything of this. If it ran, treat the machine as taken over.',
  },
  'environment-sent': {
    severity: 'high',
    title: 'All environment variables are gathered where the network is used',
    advice: 'Environment variables hold secrets. Find out where they are sent before you run this.',
  },
  'decoded-code': {
    severity: 'critical',
    title: 'Hidden code is decoded and run',
    advice: 'Do not run it. Decode the text without running it, and read it.',
  },
  'obfuscated-code': {
    severity: 'high',
    title: 'The source is obfuscated',
    advice: 'Source has no reason to hide: use another package, or ask for the readable source.',
  },
  'encoded-text': {
    severity: 'medium',
    title: 'The source holds a long encoded text',
    advice: 'Decode it without running it, and read it.',
  },
  'minified-source': {
    severity: 'medium',
    title: 'Minified code where source is expected',
    advice: 'Compare it with the readable source.',
  },
  'hidden-characters': {
    severity: 'high',
    title: 'Invisible characters hide what the code does',
    advice: 'View the file in an editor that shows control characters.',
  },
  typosquat: {
    severity: 'high',
    title: 'A dependency has nearly the name of a well-known package',
    advice: 'Check the name. If it is a mistake, remove the dependency and what it installed.',
  },
  'dependency-source': {
    severity: 'medium',
    title: 'A dependency comes from an address in place of a registry',
    advice: 'Such code can change without a new version. Pin a commit or use a registry.',
  },
  'lock-file-missing': {
    severity: 'low',
    title: 'No lock file',
    advice: 'Each installation may get other versions. Commit a lock file.',
  },
  'lock-file-source': {
    severity: 'high',
    title: 'The lock file takes a package from an unusual address',
    advice: 'Make the lock file again from the registry, and compare.',
  },
  'private-key': {
    severity: 'medium',
    title: 'A private key is committed',
    advice: 'Replace the key pair: history keeps the key, even after it is deleted.',
  },
  'committed-token': {
    severity: 'medium',
    title: 'An access token is committed',
    advice: 'Revoke the token: history keeps it, even after it is deleted.',
  },
  'unpinned-action': {
    severity: 'low',
    title: 'A workflow uses an action by a name that can be moved',
    advice: 'Pin the action to a full commit id.',
  },
  'pull-request-target': {
    severity: 'high',
    title: 'A privileged workflow checks out the code of a pull request',
    advice: 'Anyone can run code with its secrets. Use pull_request, or do not run that code.',
  },
  'workflow-injection': {
    severity: 'medium',
    title: 'A workflow puts the text of an outsider into a command',
    advice: 'Pass the text through an environment variable.',
  },
  binary: {
    severity: 'medium',
    title: 'A compiled program is included',
    advice: 'Its content cannot be read: build it from source, or remove it.',
  },
  'disguised-binary': {
    severity: 'high',
    title: 'A compiled program has the name of another kind of file',
    advice: 'Do not open or run it.',
  },
  'docker-remote-add': {
    severity: 'medium',
    title: 'A Dockerfile adds a file from the network without a checksum',
    advice: 'Use ADD --checksum, or copy a file that you hold.',
  },
  'extension-all-sites': {
    severity: 'medium',
    title: 'The extension may read and change every site',
    advice: 'Install it only if its purpose needs that; limit it to sites on click.',
  },
  'extension-permission': {
    severity: 'medium',
    title: 'The extension asks for a powerful permission',
    advice: 'Install it only if its purpose needs that.',
  },
  'extension-sessions': {
    severity: 'high',
    title: 'The extension may read sessions, traffic or history of every site',
    advice: 'It could act as you on every site. Do not install it beside accounts that matter.',
  },
  'extension-remote-code': {
    severity: 'high',
    title: 'The extension may run code that is not part of it',
    advice: 'What was reviewed is not what runs: do not install it.',
  },
  'extension-always-active': {
    severity: 'medium',
    title: 'The extension is active all the time',
    advice: 'It runs in each window from the start. Prefer one that starts when needed.',
  },
  'hostile-name': {
    severity: 'high',
    title: 'A file name misleads programs or people',
    advice: 'Do not unpack or check it out.',
  },
  'escaping-link': {
    severity: 'high',
    title: 'A symbolic link points out of the folder',
    advice: 'Do not unpack or check it out.',
  },
  submodule: {
    severity: 'low',
    title: 'A submodule brings code that this scan did not read',
    advice: 'Scan the submodule too.',
  },
  'archive-encrypted': {
    severity: 'high',
    title: 'A file in the archive is encrypted',
    advice: 'Nothing can be said about it. An extension has no reason for it.',
  },
  'archive-duplicate': {
    severity: 'high',
    title: 'The archive holds two files of the same name',
    advice: 'Programs may take either: what was reviewed need not be what runs.',
  },
  'archive-sizes': {
    severity: 'high',
    title: 'A file in the archive is damaged or has a wrong size',
    advice: 'Do not unpack it.',
  },
  'archive-bomb': {
    severity: 'high',
    title: 'The archive unpacks to a very large size',
    advice: 'Do not unpack it: it fills disk or memory.',
  },
  'instructs-model': {
    severity: 'medium',
    title: 'A text is addressed to AI tools',
    advice: 'Keep AI tools away from it, or let them run without rights.',
  },
  'scan-incomplete': {
    severity: 'medium',
    title: 'Not everything could be examined',
    advice: 'The summary says what was left out. It may hold anything.',
  },
} as const satisfies Readonly<Record<string, Rule>>;

export type RuleId = keyof typeof rules;
