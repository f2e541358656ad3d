export const session = {
  product: 'RepoRisk',
  signingIn: 'Signing in…',
  failedTitle: 'Signing in did not work',
  serverAway: 'The server did not answer. Check that it runs, and reload this page.',
  chooseTitle: 'Who would you like to be?',
  chooseHint:
    'This is the demo: no account is needed, and everything here stays on this machine. Each person sees Settings as their role and plan allow.',
  personas: {
    'parent-admin': {
      name: 'Parent admin',
      hint: 'Admin of Acme Security on Tier 3: creates, rotates and revokes keys.',
    },
    'parent-member': {
      name: 'Parent member',
      hint: 'Member of Acme Security: sees sub-organizations and jobs, but no keys.',
    },
    'sub-org-admin': {
      name: 'Sub-organization admin',
      hint: 'Admin of Mobile, a part of Acme Security: may not manage keys.',
    },
    'tier-1-admin': {
      name: 'Tier 1 admin',
      hint: 'Admin of Initech, whose plan has no API access: sees the upgrade notice.',
    },
    outsider: {
      name: 'Outsider',
      hint: 'Signed in, but of an organization that RepoRisk does not know.',
    },
  },
  refusedSection: {
    title: (section: string) => `${section}: only for admins`,
    member: (organization: string) => ({
      why: `You are a member of ${organization}. Only its admins see this page.`,
      help: `Ask an admin of ${organization} to look for you, or to make you an admin.`,
    }),
    'sub-org': {
      why: 'You are signed in to a sub-organization. This page belongs to its parent organization.',
      help: 'Ask an admin of the parent organization to look for you.',
    },
    outsider: {
      why: 'The organization you are signed in to has no access to RepoRisk.',
      help: 'Switch to another organization, or write to support@canirunthat.com to have yours set up.',
    },
  },
  refused: {
    title: 'You cannot manage API keys',
    member: (organization: string) => ({
      why: `You are a member of ${organization}. Only its admins create and manage API keys.`,
      help: `Ask an admin of ${organization} for a key, or to make you an admin.`,
    }),
    'sub-org': {
      why: 'You are signed in to a sub-organization. API keys belong to its parent organization.',
      help: 'Ask an admin of the parent organization: they can create a key that reaches only your sub-organization.',
    },
    outsider: {
      why: 'The organization you are signed in to has no access to RepoRisk.',
      help: 'Switch to another organization, or write to support@canirunthat.com to have yours set up.',
    },
  },
  clerk: {
    title: 'Sign in',
    lead: 'You will sign in on a page of our identity provider and come back here.',
    action: 'Go to sign-in',
    loading: 'Looking for your session…',
    noKey: 'This server has no CLERK_PUBLISHABLE_KEY, so its console cannot sign anyone in.',
    failed: 'The sign-in service could not be loaded. Reload the page to try again.',
    chooseOrganization: 'Choose an organization',
    noOrganization: 'You are signed in, but you belong to no organization yet.',
  },
};
