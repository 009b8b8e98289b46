/** The secret under which a user's outgoing webhooks are signed: the same for signing and for telling it to its owner. */

/** Standard Webhooks' form, `whsec_` and base64. `derive` makes 32 bytes for a purpose, the same each time. */
export function webhookSecret(derive: (purpose: string) => Uint8Array, userId: string): string {
  return `whsec_${btoa(String.fromCharCode(...derive(`webhook:${userId}`)))}`;
}
