/** What the address of the personas page says. */

export interface PersonasSearch {
  readonly q?: string | undefined;
  readonly show?: 'own' | 'shipped' | undefined;
  /** The persona in the editor, or a new one. */
  readonly edit?: number | 'new' | undefined;
  /** The editor begins with a copy of it. */
  readonly copy?: true | undefined;
}

/** Takes what it knows and drops the rest. */
export function personasSearch(given: Record<string, unknown>): PersonasSearch {
  const { q, show, edit, copy } = given;
  return {
    ...(typeof q === 'string' || typeof q === 'number' ? { q: String(q) } : {}),
    ...(show === 'own' || show === 'shipped' ? { show } : {}),
    ...(edit === 'new' || typeof edit === 'number' ? { edit } : {}),
    ...(copy === true ? { copy } : {}),
  };
}
