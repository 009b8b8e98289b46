/** What an executor gets for protocols that are not HTTP: sockets that open to public addresses only. */

export interface ConnectRequest {
  /** A name or an address. */
  readonly host: string;
  readonly port: number;
  /** Until the connection is open, encryption included. Default 10,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Encrypted from the first byte; the certificate is checked against `host`. Absent: plain. */
  readonly tls?: { readonly verify: boolean };
}

/** A `net.Socket` of Node, or a `tls.TLSSocket`; core knows no Node modules. */
export type NetworkStream = NodeJS.ReadWriteStream;

/**
 * Private addresses are refused unless the operator allows them. Both verbs throw AppError: `blocked_address`,
 * `task_timeout`, `task_cancelled`, `task_transient` (no such name, refused, broken).
 */
export interface Network {
  /** An open connection to the host, at an address that was checked when it was looked up. */
  connect(request: ConnectRequest): Promise<NetworkStream>;
  /**
   * All addresses of a host, each checked. For libraries that open their sockets themselves: they get an address, never
   * the name, which could answer otherwise the second time.
   */
  resolve(host: string): Promise<readonly string[]>;
}
