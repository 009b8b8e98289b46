/** iCalendar's text (RFC 5545, 3.1 and 3.3.11): escaped values, lines of at most 75 bytes, CRLF. */

/** A TEXT value. */
export function icalText(value: string): string {
  return (
    value
      .replace(/\r\n?/g, '\n')
      // biome-ignore lint/suspicious/noControlCharactersInRegex: a calendar may hold none
      .replace(/[\u0000-\u0009\u000b-\u001f\u007f]/g, ' ')
      .replace(/[\\;,]/g, (character) => `\\${character}`)
      .replaceAll('\n', '\\n')
  );
}

/** Whole lines, folded so that no character is cut in two. */
export function icalLines(lines: readonly string[]): string {
  return `${lines.map(folded).join('\r\n')}\r\n`;
}

const LINE_BYTES = 75;

function folded(line: string): string {
  const parts: string[] = [];
  let part = '';
  let bytes = 0;
  for (const character of line.toWellFormed()) {
    const size = bytesOf(character);
    if (bytes + size > LINE_BYTES) {
      parts.push(part);
      part = '';
      // The space that marks a folded line is one of its bytes.
      bytes = 1;
    }
    part += character;
    bytes += size;
  }
  return [...parts, part].join('\r\n ');
}

function bytesOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

/** `20261121T090000`: digits of a wall clock given as "local" epoch ms (see zone-time.ts). */
export function icalLocal(localMs: number): string {
  return new Date(localMs).toISOString().slice(0, 19).replace(/[-:]/g, '');
}

export function icalUtc(epochMs: number): string {
  return `${icalLocal(epochMs)}Z`;
}
