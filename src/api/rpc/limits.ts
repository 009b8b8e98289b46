/** Limits of the JSON-RPC endpoint that no setting changes. */
export const RPC_LIMITS = {
  /** Items of one batch. */
  batch: 100,
  /** Nesting of the whole request, lists and objects together. */
  depth: 64,
} as const;
