import { createContext, useContext } from 'solid-js';
import type { ViewerStatus } from '../api/session.ts';

/** The signed-in user and the sign-out function, for all components inside the gate. */
export interface Membership {
  readonly viewerStatus: () => ViewerStatus;
  readonly signOut: () => void;
}

export const MemberContext = createContext<Membership>();

export function useMembership(): Membership {
  const membership = useContext(MemberContext);
  if (membership === undefined) throw new Error('no user is signed in around this component');
  return membership;
}

/** The signed-in member of a parent org; null for anyone else. */
export function useMember() {
  const { viewerStatus } = useMembership();
  return () => {
    const now = viewerStatus();
    return now.kind === 'member' ? now.member : null;
  };
}
