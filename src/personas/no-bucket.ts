/** What is said where a bucket is asked for and none is set up. */
import { AppError } from '../core/errors.ts';

export function noBucket(): AppError {
  return new AppError(
    'conflict',
    'No bucket is set up for backups: the operator sets PERSONA_BACKUP_S3_BUCKET and its keys',
  );
}
