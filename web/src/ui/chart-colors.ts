/** The theme's colours for those who draw on a canvas and cannot name a variable. */

export interface ChartColors {
  readonly ink: string;
  readonly muted: string;
  readonly line: string;
  readonly accent: string;
  readonly info: string;
  readonly surface: string;
}

export function chartColors(): ChartColors {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string) => style.getPropertyValue(`--${name}`).trim();
  return {
    ink: color('ink'),
    muted: color('muted'),
    line: color('line'),
    accent: color('accent'),
    info: color('info'),
    surface: color('surface'),
  };
}
