import type { JSX } from 'solid-js';

/** One fact of a `dl`. */
export function Fact(props: { name: string; isWide?: boolean; children: JSX.Element }) {
  return (
    <div classList={{ 'fact-wide': props.isWide }}>
      <dt>{props.name}</dt>
      <dd>{props.children}</dd>
    </div>
  );
}
