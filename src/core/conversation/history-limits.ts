/** How much of a conversation is read for a reply; what of it is sent is decided by tokens (core/conversation). */
export const HISTORY_LIMITS = { messages: 200, characters: 200_000 } as const;
