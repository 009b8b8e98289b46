/** The bytes of a request body as JSON: BOM dropped, charset honoured, every failure a `parse_error`. */
import { AppError } from '../../core/errors.ts';

const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

export interface ParsedBody {
  readonly value: unknown;
  readonly text: string;
}

/** Throws `parse_error`. An unknown charset is read as UTF-8: Content-Type is not checked on RPC endpoints. */
export function parseBody(bytes: Uint8Array, contentType: string | undefined): ParsedBody {
  const text = decode(bytes, contentType);
  try {
    return { value: JSON.parse(text), text };
  } catch (error) {
    throw new AppError('parse_error', `Invalid JSON: ${reason(error)}`, { cause: error });
  }
}

function decode(bytes: Uint8Array, contentType: string | undefined): string {
  try {
    return decoderFor(contentType).decode(bytes);
  } catch (error) {
    throw new AppError('parse_error', 'Request body is not valid text in its charset', { cause: error });
  }
}

function decoderFor(contentType: string | undefined): InstanceType<typeof TextDecoder> {
  const charset = contentType?.match(/charset\s*=\s*"?([^\s;"]+)/i)?.[1]?.toLowerCase();
  if (charset === undefined || charset === 'utf-8' || charset === 'utf8') return strictUtf8;
  try {
    return new TextDecoder(charset, { fatal: true });
  } catch {
    // Not a charset this platform knows; nearly always a mislabelled UTF-8 body.
    return strictUtf8;
  }
}

/** The parser's sentence without the quoted piece of the body: an answer must not echo what was sent. */
function reason(error: unknown): string {
  const text = error instanceof Error ? error.message : 'not JSON';
  const position = text.match(/at position \d+( \(line \d+ column \d+\))?/)?.[0];
  if (position !== undefined) return `unexpected text ${position}`;
  return text.startsWith('Unexpected end') ? 'unexpected end of input' : 'not a JSON text';
}
