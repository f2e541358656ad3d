/**
 * Formats counts in English. Marked as pure: the bundler then loads a page's texts that use it with
 * that page and not with the first one.
 */
export const number = /* @__PURE__ */ new Intl.NumberFormat('en');
