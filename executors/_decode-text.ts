/** Turns the bytes of a response into text by the character set its headers or its markup name. */

const IN_HEADER = /charset=["']?([\w-]+)/i;
const IN_MARKUP = /<meta[^>]+charset=["']?([\w-]+)/i;
/** Where HTML must name its character set. */
const MARKUP_BYTES = 1_024;

/** Unknown names and faulty bytes never throw: UTF-8 with replacement characters is the fallback. */
export function decodeText(body: Uint8Array, contentType: string): string {
  const start = new TextDecoder('latin1').decode(body.subarray(0, MARKUP_BYTES));
  const label = IN_HEADER.exec(contentType)?.[1] ?? IN_MARKUP.exec(start)?.[1] ?? 'utf-8';
  try {
    return new TextDecoder(label).decode(body);
  } catch (error) {
    // The name of the character set is unknown.
    if (error instanceof RangeError) return new TextDecoder().decode(body);
    throw error;
  }
}
