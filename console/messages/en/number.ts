/**
 * Counts as they are written here. Marked as pure, so that a page's texts that use it are loaded
 * with that page and not with the first one.
 */
export const number = /* @__PURE__ */ new Intl.NumberFormat('en');
