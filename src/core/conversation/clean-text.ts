/** Texts of users before they are stored: as they were sent, in one form of Unicode, without control characters. */
import { AppError } from '../errors.ts';

/** C0 without tab, line feed and carriage return; DEL; C1. Joiners and direction marks are language and stay. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is looked for
const CONTROL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/;

/** `most` counts characters (UTF-16 units) after normalisation. Throws `invalid_params` that names the field. */
export function cleanText(field: string, text: string, most: number): string {
  if (!text.isWellFormed())
    throw refused(field, 'holds half of a surrogate pair, which is no character: remove it');
  const clean = text.normalize('NFC');
  if (clean.length > most)
    throw refused(field, `may have at most ${most} characters, this one has ${clean.length}`);
  const at = clean.search(CONTROL);
  if (at >= 0) {
    const code = (clean.codePointAt(at) ?? 0).toString(16).toUpperCase().padStart(4, '0');
    throw refused(field, `holds a control character (U+${code}) at position ${at}: remove it`);
  }
  return clean;
}

/** The same for a text that must say something. */
export function cleanMessage(field: string, text: string, most: number): string {
  const clean = cleanText(field, text, most);
  if (clean.trim() === '') throw refused(field, 'is empty');
  return clean;
}

function refused(field: string, problem: string): AppError {
  return new AppError('invalid_params', `${field} ${problem}`, { details: { field } });
}
