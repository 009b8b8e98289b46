/** Where the executor that runs containers finds its engine, and what the operator lets containers have. */

export interface ContainerEngine {
  /** `unix:///path`, `npipe:////./pipe/name` or `tcp://host:port`; null = where the engine usually listens. */
  readonly address: string | null;
  /** The network every container gets; null = the engine's default one. */
  readonly network: string | null;
  /** Folders of the engine's machine beyond the files folder may be mounted. */
  readonly canMountAnything: boolean;
}
