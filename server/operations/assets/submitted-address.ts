import { z } from 'zod';
import { httpUrl } from '../../wire/fields.ts';
import {
  extensionUrl,
  isLocalUrl,
  repositoryUrl,
  type SubmittedUrl,
} from '../../wire/submitted-url.ts';

/** The address of a repository. */
export const repositoryAddress = address(repositoryUrl);

/** The address of an extension. */
export const extensionAddress = address(extensionUrl);

/** An http or https URL whose host is not literally a private address, in its stored form. */
function address(normalize: (url: string) => SubmittedUrl) {
  return httpUrl.transform((url, context) => {
    if (!isLocalUrl(url)) return normalize(url);
    const rule = { type: 'value_error.url.host', msg: 'URL host invalid' };
    context.addIssue({ code: 'custom', message: rule.msg, params: rule });
    return z.NEVER;
  });
}
