/** The mail account of the server itself, as the executor that sends mail gets it. */
import type { Network } from './network.ts';

/** Prints as `[secret]`; `reveal` only where it is sent. */
export interface HiddenText {
  reveal(): string;
}

export interface MailAccount {
  readonly resendApiKey: HiddenText | null;
  /** Without a slash at the end. */
  readonly resendBaseUrl: string;
  readonly smtp: {
    readonly host: string;
    readonly port: number;
    readonly username: string | null;
    readonly password: HiddenText | null;
    readonly useTls: boolean;
    /** Reaches the operator's own server wherever it is; never to be used for a host that a task names. */
    readonly network: Network;
  } | null;
  readonly fromEmail: string | null;
}
