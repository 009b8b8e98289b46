/** How to reach somebody: personal, but no reason to stop people who write to each other. */
import type { SensitiveType } from './redaction.ts';

export const CONTACT_TYPES: SensitiveType[] = ['email', 'phone', 'ip_address'];
