/** What the address of the studies page says. */

export interface StudiesSearch {
  /** The study whose question stands in the form at first. */
  readonly from?: string | undefined;
}

export function studiesSearch({ from }: Record<string, unknown>): StudiesSearch {
  return typeof from === 'string' && from !== '' ? { from } : {};
}
