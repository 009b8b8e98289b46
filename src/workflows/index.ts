/** Everything the worker's workflow bundle exports. Determinism zone: no clocks, no randomness, no I/O. */
export { runTree } from './run-tree.ts';
