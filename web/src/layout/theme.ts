/** The chosen theme: `system` follows the machine. The first paint is public/theme.js's. */

export type Theme = 'system' | 'light' | 'dark';

const KEY = 'taskgrove-theme';
const darkSystem = window.matchMedia('(prefers-color-scheme: dark)');

export function readTheme(): Theme {
  try {
    const stored = localStorage.getItem(KEY);
    return stored === 'light' || stored === 'dark' ? stored : 'system';
  } catch {
    // Storage may be forbidden: the system's choice holds.
    return 'system';
  }
}

export function setTheme(theme: Theme): void {
  try {
    if (theme === 'system') localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, theme);
  } catch {
    // It then holds for this page only.
  }
  apply(theme);
}

function apply(theme: Theme): void {
  const isDark = theme === 'dark' || (theme === 'system' && darkSystem.matches);
  document.documentElement.dataset['theme'] = isDark ? 'dark' : 'light';
}

darkSystem.addEventListener('change', () => apply(readTheme()));
