import { z } from 'zod';
import { type Detector, hitAt } from './hit.ts';
import { jsonOf, manifestOf } from './package-manifest.ts';
import type { RuleId } from './rules.ts';
import type { TextFile } from './text-file.ts';

const texts = z.array(z.unknown()).catch([]);

/** A browser extension's manifest, as far as rules read it. */
const browserManifest = z.looseObject({
  manifest_version: z.number(),
  permissions: texts,
  host_permissions: texts,
  optional_permissions: texts,
  optional_host_permissions: texts,
  content_scripts: z.array(z.looseObject({ matches: texts })).catch([]),
  content_security_policy: z.unknown().optional(),
});

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
  const manifest = browserManifest.safeParse(jsonOf(file)).data;
  if (manifest === undefined) return;
  const permissions = [...manifest.permissions, ...manifest.host_permissions];
  const scripts = manifest.content_scripts.flatMap(({ matches }) => matches);
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
