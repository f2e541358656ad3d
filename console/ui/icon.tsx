/** Line drawings on a grid of 16: one path each. */
const paths = {
  key: 'M6 12.5a2.5 2.5 0 1 1 0-5 2.5 2.5 0 0 1 0 5Zm1.8-4.3 5.7-5.7m-2.6 2.6 2.1 2.1',
  plus: 'M8 3v10M3 8h10',
  search: 'M7 12A5 5 0 1 0 7 2a5 5 0 0 0 0 10Zm3.6-1.4L14 14',
  chevron: 'm6 3.5 4.5 4.5L6 12.5',
  close: 'm4 4 8 8m0-8-8 8',
  check: 'm3 8.5 3.3 3.3L13 5',
  copy: 'M6 5.5h7v8H6zM3 10.5v-8h7',
  download: 'M8 2.5v7.5m-3.2-3L8 10.2 11.2 7M3 13.5h10',
  eye: 'M1.5 8S4 3.8 8 3.8 14.5 8 14.5 8 12 12.2 8 12.2 1.5 8 1.5 8ZM8 9.8a1.8 1.8 0 1 0 0-3.6 1.8 1.8 0 0 0 0 3.6Z',
  pause: 'M5.5 3.5v9m5-9v9',
  arrow: 'M2.5 8h10.5M9 4l4 4-4 4',
  bell: 'M4 11V7a4 4 0 0 1 8 0v4l1 1.5H3L4 11Zm2.8 3.5h2.4',
  clock: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12Zm0-9v3.2l2.2 1.6',
  warning: 'M8 2 14.8 13.5H1.2L8 2Zm0 4.5v3.2m0 1.9v.2',
  lock: 'M3.5 7h9v6.5h-9zM5.5 7V5a2.5 2.5 0 0 1 5 0v2',
  building: 'M3.5 13.5v-11h6v11m0-7h3v7M2 13.5h12M5.5 5h2m-2 2.7h2m-2 2.7h2',
  robot: 'M3 6.5h10v7H3zM8 3v3.5M6 9.5v1m4-1v1M8 3h.01',
  list: 'M3 4h10M3 8h10M3 12h6',
  scroll: 'M4 2.5h8v11H4zM6 5.5h4M6 8h4m-4 2.5h2',
  spark: 'M8 2v12M2 8h12M4 4l8 8m0-8-8 8',
  branch: 'M5 4v8m0-4h3a3 3 0 0 0 3-3V4M5 2.5h.01M5 13.5h.01M11 2.5h.01',
  puzzle: 'M3 5.5h3V4a1.5 1.5 0 0 1 3 0v1.5h4v8H3z',
  half: 'M8 14A6 6 0 1 0 8 2a6 6 0 0 0 0 12ZM8 2v12M8 5l4.5-.2M8 8h6M8 11l4.5.2',
  sun: 'M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM8 1.5v1m0 11v1M1.5 8h1m11 0h1M3.4 3.4l.7.7m7.8 7.8.7.7m0-9.2-.7.7m-7.8 7.8-.7.7',
  moon: 'M13.5 9.5A6 6 0 1 1 6.5 2.5a4.8 4.8 0 0 0 7 7Z',
  filter: 'M2.5 4h11M4.5 8h7m-5 4h3',
  gear: 'M8 10.2a2.2 2.2 0 1 0 0-4.4 2.2 2.2 0 0 0 0 4.4ZM8 1.8v2m0 8.4v2M1.8 8h2m8.4 0h2M3.6 3.6 5 5m6 6 1.4 1.4m0-8.8L11 5m-6 6-1.4 1.4',
  pencil: 'M3 13l.7-3L10.5 3.2l2.3 2.3L6 12.3 3 13Z',
  more: 'M3.5 8h.01M8 8h.01M12.5 8h.01',
  rotate: 'M13 5.5A5.5 5.5 0 0 0 3.2 5M3 10.5a5.5 5.5 0 0 0 9.8.5M3 2.2V5h2.8M13 13.8V11h-2.8',
} as const;

export type IconName = keyof typeof paths;

/** Drawings of a direction: only these mirror where a page runs from right to left. */
const mirrored: ReadonlySet<IconName> = new Set(['chevron', 'arrow', 'list']);

/** Decoration beside a text with the same meaning: hidden from assistive technology. */
export function Icon(props: { name: IconName }) {
  return (
    <svg
      class="icon"
      data-mirrors={mirrored.has(props.name) ? '' : undefined}
      viewBox="0 0 16 16"
      aria-hidden="true"
    >
      <path d={paths[props.name]} />
    </svg>
  );
}
