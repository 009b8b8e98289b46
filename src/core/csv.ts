/** CSV as RFC 4180 has it, safe to open in a spreadsheet. */

export type CsvCell = string | number | boolean | null;

/** A spreadsheet takes text that begins so for a formula, and would run it. */
const FORMULA = /^[=+\-@\t\r\n]/;

/** One record with its line break. Null is an empty cell. Text that looks like a formula gets an apostrophe before it. */
export function csvLine(cells: readonly CsvCell[]): string {
  return `${cells.map(cellText).join(',')}\r\n`;
}

function cellText(cell: CsvCell): string {
  if (cell === null) return '';
  if (typeof cell !== 'string') return String(cell);
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
