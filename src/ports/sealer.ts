/** Encrypts what must be stored but never read back by people. Implemented by src/secrets/sealer.ts. */
export interface Sealer {
  /** `context` names what the secret belongs to (`run:<id>`); opening needs the same. */
  seal(text: string, context: string): string;
  /** Throws `internal` when the value was changed, moved or sealed under another secret. */
  open(sealed: string, context: string): string;
  /** A key of 32 bytes for one purpose (`webhook:<user>`); the same each time. */
  derive(purpose: string): Uint8Array;
}
