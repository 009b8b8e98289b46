/** The server's own mail account from its settings. */
import type { Config } from '../config.ts';
import type { MailAccount } from '../core/mail-account.ts';
import { createNetwork } from '../http/guarded-network.ts';

const RESEND_API = 'https://api.resend.com';

export function mailAccount(config: Config): MailAccount {
  return {
    resendApiKey: config.resendApiKey,
    resendBaseUrl: config.resendBaseUrl ?? RESEND_API,
    smtp:
      config.smtpHost === null
        ? null
        : {
            host: config.smtpHost,
            port: config.smtpPort,
            username: config.smtpUsername,
            password: config.smtpPassword,
            useTls: config.smtpUseTls,
            network: createNetwork({ allowPrivateUrls: true }),
          },
    fromEmail: config.fromEmail,
  };
}
