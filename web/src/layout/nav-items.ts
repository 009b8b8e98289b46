/** What the navigation shows. A page that joins the app is one row here and one route in router.tsx. */
import type { IconName } from '../ui/icon.tsx';

export interface NavItem {
  readonly to: string;
  readonly label: string;
  readonly icon: IconName;
}

export interface NavGroup {
  readonly title: string | null;
  readonly items: readonly NavItem[];
}

/** The run console becomes a group of its own, "Engine", after these. */
export const navItems: readonly NavGroup[] = [
  { title: null, items: [{ to: '/', label: 'Overview', icon: 'home' }] },
  {
    title: 'Research',
    items: [
      { to: '/studies', label: 'Studies', icon: 'study' },
      { to: '/personas', label: 'Personas', icon: 'people' },
      { to: '/experiments', label: 'Experiments', icon: 'chart' },
    ],
  },
  {
    title: 'Assistant',
    items: [
      { to: '/conversations', label: 'Conversations', icon: 'chat' },
      { to: '/safety', label: 'Safety', icon: 'shield' },
    ],
  },
];
