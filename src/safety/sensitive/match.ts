/** A value that was found, in units of the clean text. */
import type { SensitiveType } from '../../core/safety/redaction.ts';

export interface Match {
  readonly type: SensitiveType;
  readonly start: number;
  readonly end: number;
  /** 1: checked by its check digits; less: by its form and by the words around it. */
  readonly score: number;
  /** A kind of secret, an issuer … */
  readonly note?: string;
}
