/** Aligned text tables. Widths count what is seen: colour codes take no room. */
import { stripVTControlCharacters } from 'node:util';

const GAP = '  ';

/** One line per row under a head of titles, without trailing blanks. Line breaks in cells become spaces. */
export function renderTable(titles: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [titles, ...rows].map((row) => row.map((cell) => cell.replace(/[\r\n\t]+/g, ' ')));
  const widths = titles.map((_, column) => Math.max(...lines.map((row) => widthOf(row[column] ?? ''))));
  return lines
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - widthOf(cell)))
        .join(GAP)
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** Cut to `width` characters with an ellipsis. Never used for ids. */
export function shorten(text: string, width: number): string {
  const characters = [...text];
  return characters.length <= width ? text : `${characters.slice(0, width - 1).join('')}…`;
}

function widthOf(text: string): number {
  return [...stripVTControlCharacters(text)].length;
}
