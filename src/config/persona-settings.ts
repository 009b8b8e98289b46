/** The settings of personas and of the bucket that their backup goes to; part of the table in settings.ts. */
import { httpUrl, optional, secret, setting, text, wholeNumber } from './setting.ts';

export const PERSONA_SETTINGS = {
  maxPersonasPerUser: setting(
    'Limits',
    'MAX_PERSONAS_PER_USER',
    wholeNumber(0, 100_000),
    200,
    'Personas one user may have beside the shipped ones.',
  ),
  personaBucket: setting(
    'Data',
    'PERSONA_BACKUP_S3_BUCKET',
    optional(text),
    null,
    'Bucket (S3, MinIO, R2, GCS with HMAC keys) that every change of personas is copied to. Unset: none.',
  ),
  personaBucketEndpoint: setting(
    'Data',
    'PERSONA_BACKUP_S3_ENDPOINT',
    httpUrl,
    null,
    'Where it is, for example https://storage.googleapis.com. Unset: AWS, by the region.',
  ),
  personaBucketPrefix: setting(
    'Data',
    'PERSONA_BACKUP_S3_PREFIX',
    text,
    '',
    'Put before the name personas_backup.json, for example taskgrove/.',
  ),
  personaBucketRegion: setting(
    'Data',
    'PERSONA_BACKUP_S3_REGION',
    text,
    'us-east-1',
    'Its region, as requests are signed for it.',
    ['AWS_REGION'],
  ),
  personaBucketAccessKey: setting(
    'Data',
    'PERSONA_BACKUP_S3_ACCESS_KEY',
    secret(1),
    null,
    'The id of the key that may write there.',
    ['AWS_ACCESS_KEY_ID'],
  ),
  personaBucketSecretKey: setting(
    'Data',
    'PERSONA_BACKUP_S3_SECRET_KEY',
    secret(1),
    null,
    'The secret part of that key.',
    ['AWS_SECRET_ACCESS_KEY'],
  ),
};
