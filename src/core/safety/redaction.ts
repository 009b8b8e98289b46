/** What is asked of redaction and what it answers. */
import { z } from 'zod';
import { findingSchema } from './finding.ts';

/**
 * How a found value is replaced. `type`: by its type in brackets. `mask`: by asterisks of the same length. `partial`: by
 * asterisks but for its last characters. `hash`: by its type and a keyed hash, equal for equal values.
 */
export const redactionStyleSchema = z.enum(['type', 'mask', 'partial', 'hash']);
export type RedactionStyle = z.infer<typeof redactionStyleSchema>;

/** What can be found: personal data and secrets. */
export const SENSITIVE_TYPES = [
  'credit_card',
  'us_ssn',
  'email',
  'phone',
  'iban',
  'ip_address',
  'secret',
] as const;
export const sensitiveTypeSchema = z.enum(SENSITIVE_TYPES);
export type SensitiveType = z.infer<typeof sensitiveTypeSchema>;

/** A check takes time by length; a longer text is checked in parts. */
export const safetyTextSchema = z.string().max(200_000);

export const redactionRequestSchema = z.object({
  text: safetyTextSchema.describe('The text to redact'),
  entities: z.array(sensitiveTypeSchema).optional().describe('Only these. Left out: all'),
  style: redactionStyleSchema.default('type').describe('How values are replaced'),
});
export type RedactionRequest = z.input<typeof redactionRequestSchema>;

export const redactionReportSchema = z.object({
  text: z.string(),
  findings: z.array(findingSchema).describe('Spans are those of the text as it was given'),
});
export type RedactionReport = z.infer<typeof redactionReportSchema>;
