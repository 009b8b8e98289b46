/** The settings of the mail account that tasks may send with; part of the table in settings.ts. */
import { flag, httpUrl, optional, port, secret, setting, text } from './setting.ts';

export const MAIL_SETTINGS = {
  resendApiKey: setting(
    'Executors',
    'RESEND_API_KEY',
    secret(1),
    null,
    'Lets send_email_executor send by Resend. With it or SMTP_HOST, TASKGROVE_ALLOW_EXECUTORS must name the executor: every user may then send.',
  ),
  resendBaseUrl: setting(
    'Executors',
    'RESEND_BASE_URL',
    httpUrl,
    null,
    'Where the Resend API is. Unset: https://api.resend.com.',
  ),
  smtpHost: setting(
    'Executors',
    'SMTP_HOST',
    optional(text),
    null,
    'Lets send_email_executor send by this mail server, which may have a private address.',
  ),
  smtpPort: setting('Executors', 'SMTP_PORT', port, 587, 'Its port; 465 is encrypted from the first byte.'),
  smtpUsername: setting('Executors', 'SMTP_USERNAME', optional(text), null, 'Its user, when it wants one.'),
  smtpPassword: setting('Executors', 'SMTP_PASSWORD', secret(1), null, "The user's password."),
  smtpUseTls: setting('Executors', 'SMTP_USE_TLS', flag, true, 'Send nothing before STARTTLS has succeeded.'),
  fromEmail: setting('Executors', 'FROM_EMAIL', optional(text), null, 'Sender of mails that name none.'),
};
