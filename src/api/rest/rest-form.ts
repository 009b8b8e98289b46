/** The plain HTTP form that a method may have beside JSON-RPC: same params, same checks, same result. */

export interface RestForm {
  readonly verb: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Like `/personas/:persona_id`: what is named in it becomes a param, the rest comes from the query or the body. */
  readonly path: string;
  /** A body that is a list stands for an object with the list under this name. */
  readonly listParam?: string;
  /** Of a success; 204 has no body. Default 200. */
  readonly status?: 200 | 201 | 202 | 204;
  /** Where the status depends on the result; `status` is the usual one. */
  readonly statusOf?: (result: unknown) => 200 | 202;
  /** Groups the operation in the documents. */
  readonly tag: string;
  /** The `ETag` of a result: what `If-Match` of a later change names. */
  readonly versionOf?: (result: unknown) => string | null;
  /** The `Location` of what was made. */
  readonly locationOf?: (result: unknown) => string | null;
}
