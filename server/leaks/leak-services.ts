import type { GithubKeys } from './github-keys.ts';

/** What taking in reports of leaked secrets needs. */
export interface LeakServices {
  readonly githubKeys: GithubKeys;
  /** Resolves after so many milliseconds. */
  pause(milliseconds: number): Promise<void>;
}
