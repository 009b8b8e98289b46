// Runs before the first paint, so that a dark page never flashes white. src/layout/theme.ts changes it later.
(() => {
  let chosen = null;
  try {
    chosen = localStorage.getItem('taskgrove-theme');
  } catch {
    // Storage may be forbidden: the system's choice holds.
  }
  const isDark =
    chosen === 'dark' || (chosen !== 'light' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
})();
