/** Which version of the Agent2Agent protocol a client speaks: methods and JSON forms differ. */
export const DIALECTS = ['1.0', '0.3'] as const;
export type Dialect = (typeof DIALECTS)[number];
