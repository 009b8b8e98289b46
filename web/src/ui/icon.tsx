/** Line icons, 24 units wide, drawn in the text's colour. They say nothing a label beside them does not. */

const PATHS = {
  home: 'M4 11.5 12 5l8 6.500M6 10v9h4.500v-5h3v5H18v-9',
  study: 'M5 4.500h14v15H5zM8.5 9h7M8.5 12.500h7M8.5 16h4',
  people:
    'M9 11.500a3.250 3.250 0 1 0 0-6.5 3.250 3.250 0 0 0 0 6.500ZM3.5 19c.4-3 2.6-4.7 5.5-4.700s5.1 1.7 5.5 4.700M15.5 5.300a3.2 3.2 0 0 1 0 5.900M17 14.700c2 .5 3.2 1.9 3.5 4.3',
  chat: 'M20 12a7.5 7 0 0 1-11 6.200L4.5 19.500l1.2-3.600A6.7 6.7 0 0 1 5 12a7.5 7 0 0 1 15 0Z',
  chart: 'M4.5 4.500v15h15M8.5 15.500v-4M12.5 15.500v-8M16.5 15.500v-6',
  shield: 'M12 3.5 5.5 6v5.500c0 4.2 2.7 7.3 6.5 9 3.8-1.7 6.5-4.8 6.5-9V6zM9 12l2.2 2.200L15.2 10',
  runs: 'M6 6.500h5M13 12h5M6 17.500h8M11 6.500h7M6 12h4M16.5 17.500H18',
  menu: 'M4 7h16M4 12h16M4 17h16',
  close: 'm6.5 6.5 11 11M17.5 6.500l-11 11',
  plus: 'M12 5.500v13M5.5 12h13',
  search: 'M11 17.500a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13ZM16 16l4 4',
  sun: 'M12 16a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.400M5.6 18.4 7 17M17 7l1.4-1.4',
  moon: 'M19.5 14.200A8 8 0 0 1 9.8 4.500a8 8 0 1 0 9.7 9.700Z',
  screen: 'M4 5.500h16v10.500H4zM9 19.500h6M12 16v3.5',
  check: 'm5.5 12.5 4.2 4.2 8.8-9.2',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  edit: 'M14.5 6.5 17.5 9.5 9 18H6v-3zM13 8l3 3',
  copy: 'M9 9h10v10H9zM5 15V5h10',
  trash: 'M5 7h14M10 4.500h4M7 7l.8 12h8.400L17 7M10.5 10.500v5M13.5 10.500v5',
  download: 'M12 4.500v10M8 11l4 4 4-4M5 19.500h14',
  upload: 'M12 15V5M8 8.500l4-4 4 4M5 19.500h14',
  refresh: 'M19 11.500A7 7 0 0 0 6.5 7.500L5 9M5 5v4h4M5 12.500A7 7 0 0 0 17.5 16.500L19 15M19 19v-4h-4',
  stop: 'M7 7h10v10H7z',
  send: 'M5 12h13M12.5 6.5 18 12l-5.5 5.5',
  warning: 'M12 4.5 20.5 19h-17zM12 10v4M12 16.500h.01',
  info: 'M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16ZM12 11.500v4.500M12 8.300h.01',
  external: 'M13.5 5H19v5.500M19 5l-8.5 8.500M16.5 14v4.500h-11v-11H10',
  arrow: 'M5 12h13M13 7l5 5-5 5',
  back: 'M19 12H6M11 7l-5 5 5 5',
  history: 'M5 12a7 7 0 1 0 2-5L5 9M5 5v4h4M12 8.500V12l2.5 2',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name, className = 'size-4' }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`shrink-0 ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth={name === 'more' ? 2.75 : 1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={PATHS[name]} />
    </svg>
  );
}
