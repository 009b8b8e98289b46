/** One route of the lab: a path without parameters, one method, and what answers. */
import type { ApiContext } from '../state.ts';

export interface LabRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  answer(context: ApiContext): void | Promise<void>;
}
