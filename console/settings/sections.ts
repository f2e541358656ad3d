import type { ViewerStatus } from '../api/session.ts';
import { settings as text } from '../messages/messages.ts';
import type { IconName } from '../ui/icon.tsx';

export interface Section {
  readonly path: string;
  readonly label: string;
  readonly icon: IconName;
  /** The viewers who may read it: the navigation omits a page that would only refuse. */
  readonly readers: 'everyone' | 'viewer' | 'member' | 'admin';
}

const sections: readonly Section[] = [
  { path: 'api-access', label: text.apiAccess, icon: 'key', readers: 'everyone' },
  { path: 'sub-orgs', label: text.subOrgs, icon: 'building', readers: 'member' },
  { path: 'service-accounts', label: text.serviceAccounts, icon: 'robot', readers: 'admin' },
  { path: 'anthropic-key', label: text.anthropicKey, icon: 'spark', readers: 'admin' },
  { path: 'webhooks', label: text.webhooks, icon: 'bell', readers: 'admin' },
  { path: 'repositories', label: text.repositories, icon: 'branch', readers: 'viewer' },
  { path: 'extensions', label: text.extensions, icon: 'puzzle', readers: 'viewer' },
  { path: 'jobs', label: text.jobs, icon: 'list', readers: 'member' },
  { path: 'audit-log', label: text.auditLog, icon: 'scroll', readers: 'admin' },
];

/** The sections of Settings that the viewer may read. */
export function sectionsFor(viewerStatus: ViewerStatus): readonly Section[] {
  const role = viewerStatus.kind === 'member' ? viewerStatus.member.role : null;
  // A sub-organization's members read what its keys reach.
  const isViewer = viewerStatus.kind !== 'outsider';
  return sections.filter(
    ({ readers }) =>
      readers === 'everyone' ||
      (readers === 'viewer' && isViewer) ||
      role === 'admin' ||
      readers === role,
  );
}

/** The section of a path. */
export function sectionAt(path: string): Section | undefined {
  return sections.find((each) => path.split('/')[2] === each.path);
}

/** Whether a path is a section of Settings that the viewer may not read. */
export function isRefused(viewerStatus: ViewerStatus, path: string): boolean {
  const section = sectionAt(path);
  return section !== undefined && !sectionsFor(viewerStatus).includes(section);
}
