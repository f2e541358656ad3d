import { itemsOf, jsonOf, membersOf } from '../loose-json.ts';
import { type Detector, hitAt } from './hit.ts';
import { manifestOf } from './package-manifest.ts';
import type { RuleId } from './rules.ts';
import type { TextFile } from './text-file.ts';

const isEverywhere = (pattern: unknown) =>
  typeof pattern === 'string' && /^(<all_urls>|(\*|https?):\/\/\*\/.*)$/.test(pattern);

const powerful = new Set([
  ...['debugger', 'nativeMessaging', 'proxy', 'management', 'webRequestBlocking', 'privacy'],
  ...['contentSettings', 'desktopCapture', 'pageCapture', 'vpnProvider', 'certificateProvider'],
]);
const sessions = new Set([
  'cookies',
  'webRequest',
  'debugger',
  'history',
  'tabCapture',
  'clipboardRead',
]);

const browserExtension: Detector = function* (file) {
  // The manifest of the extension itself: a repository may hold it one folder down.
  if (file.name !== 'manifest.json' || file.path.split('/').length > 2) return;
  const manifest = membersOf(jsonOf(file.text));
  if (typeof manifest.manifest_version !== 'number') return;
  const permissions = [...itemsOf(manifest.permissions), ...itemsOf(manifest.host_permissions)];
  const scripts = itemsOf(manifest.content_scripts).flatMap((each) =>
    itemsOf(membersOf(each).matches),
  );
  const all = [...permissions, ...scripts].find(isEverywhere);
  if (all !== undefined) yield quoted(file, 'extension-all-sites', all);
  const strong = permissions.find((each) => typeof each === 'string' && powerful.has(each));
  if (strong !== undefined) yield quoted(file, 'extension-permission', strong);
  const session = permissions.find((each) => typeof each === 'string' && sessions.has(each));
  if (permissions.some(isEverywhere) && session !== undefined) {
    yield quoted(file, 'extension-sessions', session);
  }
  const policy = JSON.stringify(manifest.content_security_policy ?? '');
  const remote = /'unsafe-eval'|script-src[^;"]*\bhttps?:/.exec(policy);
  if (remote !== null) {
    yield hitAt(
      file,
      'extension-remote-code',
      Math.max(0, file.text.indexOf('content_security_policy')),
    );
  }
};

const quoted = (file: TextFile, rule: RuleId, value: unknown) =>
  hitAt(file, rule, Math.max(0, file.text.indexOf(JSON.stringify(value))));

const editorExtension: Detector = function* (file) {
  const manifest = manifestOf(file);
  if (manifest?.engines.vscode === undefined || !manifest.activationEvents.includes('*')) return;
  yield hitAt(file, 'extension-always-active', Math.max(0, file.text.search(/"activationEvents"/)));
};

export const extensionDetectors = [browserExtension, editorExtension];
