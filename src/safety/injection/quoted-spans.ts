/** What stands between quotation marks: words that are talked about are not orders. */
import type { Span } from '../text/is-within.ts';

const QUOTED =
  /"[^"\n]{2,300}"|“[^”\n]{2,300}”|«[^»\n]{2,300}»|„[^“”\n]{2,300}[“”]|`[^`\n]{2,300}`|(?<!\w)['‘][^'’\n]{2,300}['’](?!\w)/g;

/** In the order of the text, without overlaps. */
export function quotedSpans(text: string): Span[] {
  return [...text.matchAll(QUOTED)].map(({ index, 0: match }) => ({
    start: index,
    end: index + match.length,
  }));
}
