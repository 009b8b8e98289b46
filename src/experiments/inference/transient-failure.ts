/** A model failed in a way that another try may mend. */
export class TransientFailure extends Error {}
