import type { LookupScheme } from '../../core/mod.ts';
import type { GithubKeys } from './github-keys.ts';

/** What taking in reports of leaked secrets needs. */
export interface LeakServices {
  /** Under which schemes a secret may be stored: the current one, then the previous. */
  readonly schemes: readonly LookupScheme[];
  readonly githubKeys: GithubKeys;
  /** Resolves after so many milliseconds. */
  pause(milliseconds: number): Promise<void>;
}
