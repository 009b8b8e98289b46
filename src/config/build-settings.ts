/** What the build says of itself, as `/__meta` shows it; part of the table in settings.ts. */
import { setting, text } from './setting.ts';

const UNKNOWN = 'unknown';

export const BUILD_SETTINGS = {
  gitCommit: setting('Server', 'GIT_COMMIT', text, UNKNOWN, 'Commit of this build, for GET /__meta.'),
  gitSha: setting('Server', 'GIT_SHA', text, '', 'The same; unset: GIT_COMMIT.'),
  gitBranch: setting('Server', 'GIT_BRANCH', text, UNKNOWN, 'Branch of this build, for GET /__meta.'),
  gitDirty: setting('Server', 'GIT_DIRTY', text, UNKNOWN, 'Whether it had changes beside its commit.'),
  buildTime: setting('Server', 'BUILD_TIME', text, UNKNOWN, 'When it was built, for GET /__meta.', [
    'BUILD_DATE',
  ]),
} as const;
