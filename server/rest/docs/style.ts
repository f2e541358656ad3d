/** The style sheet of the page: both themes, from 320 pixels on. */
export const docsStyle = `
:root { color-scheme: light dark; --line: light-dark(#d0d5dd, #3b4252); --soft: light-dark(#f5f6f8, #1e222b); }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; font: 1rem/1.5 system-ui, sans-serif;
  color: light-dark(#1a1d23, #e5e7eb); background: light-dark(#fff, #14171d); overflow-wrap: anywhere; }
a { color: light-dark(#1d4ed8, #93b4ff); }
h2 { margin: 2.5rem 0 0.5rem; font-size: 1.25rem; }
h3 { margin: 1rem 0 0.25rem; font-size: 1rem; }
nav ul { display: flex; flex-wrap: wrap; gap: 0.25rem 1rem; padding: 0; list-style: none; }
details { border-bottom: 1px solid var(--line); }
details[open] { padding-bottom: 1rem; }
summary { padding: 0.5rem 0; cursor: pointer; }
summary b { display: inline-block; min-width: 4rem; }
summary span { display: block; color: light-dark(#4b5563, #a5adba); }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { margin: 0.25rem 0; padding: 0.75rem; white-space: pre-wrap; background: var(--soft); }
table { width: 100%; border-collapse: collapse; font-size: 0.9375rem; }
th, td { padding: 0.25rem 0.75rem 0.25rem 0; border-top: 1px solid var(--line); text-align: start; vertical-align: top; }
dt { float: left; clear: left; min-width: 4rem; font-weight: 600; }
dd { margin: 0 0 0.25rem 4rem; }
`;
