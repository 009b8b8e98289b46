/** How a status looks: a symbol and a colour, the same in tables, trees and lines. */
import type { Colors } from 'picocolors/types.js';

type StyleName = 'green' | 'red' | 'yellow' | 'cyan' | 'dim' | 'magenta';

const STYLES: Record<string, readonly [symbol: string, color: StyleName]> = {
  completed: ['✔', 'green'],
  failed: ['✖', 'red'],
  cancelled: ['■', 'yellow'],
  skipped: ['↷', 'dim'],
  in_progress: ['●', 'cyan'],
  paused: ['‖', 'magenta'],
  pending: ['○', 'dim'],
};

export function styledStatus(colors: Colors, status: string): string {
  return colors[STYLES[status]?.[1] ?? 'dim'](status);
}

export function statusSymbol(colors: Colors, status: string): string {
  const [symbol, color] = STYLES[status] ?? ['?', 'dim'];
  return colors[color](symbol);
}
