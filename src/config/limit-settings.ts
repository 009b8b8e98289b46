/** The settings of what users may start and use; part of the table in settings.ts. */
import { flag, methodRates, setting, wholeNumber } from './setting.ts';

/** 0 refuses everything. */
const quantity = wholeNumber(0, 1_000_000_000);

export const LIMIT_SETTINGS = {
  rateLimitEnabled: setting(
    'Limits',
    'RATE_LIMIT_ENABLED',
    flag,
    true,
    'false: nothing is counted and nothing refused. For a laptop of your own.',
  ),
  dailyPerUser: setting(
    'Limits',
    'RATE_LIMIT_DAILY_PER_USER',
    quantity,
    10,
    'Task trees a user may start a day (UTC). Of all limits: 0 refuses everything.',
  ),
  dailyLlmPerUser: setting(
    'Limits',
    'RATE_LIMIT_DAILY_LLM_PER_USER',
    quantity,
    1,
    'How many of them may ask a model; beyond, model tasks answer in demo mode.',
  ),
  dailyPerUserPremium: setting(
    'Limits',
    'RATE_LIMIT_DAILY_PER_USER_PREMIUM',
    quantity,
    10,
    'The same for users with a model key of their own, whom the second limit does not touch.',
  ),
  dailyPerIp: setting(
    'Limits',
    'RATE_LIMIT_DAILY_PER_IP',
    quantity,
    50,
    'Task trees that may be started or generated from one address a day (IPv6: from one /64).',
  ),
  concurrentTrees: setting(
    'Limits',
    'MAX_CONCURRENT_TASK_TREES',
    quantity,
    10,
    'Task trees that may run at once, of everybody.',
  ),
  concurrentTreesPerUser: setting(
    'Limits',
    'MAX_CONCURRENT_TASK_TREES_PER_USER',
    quantity,
    1,
    'Task trees of one user that may run at once. One that only waits does not count.',
  ),
  methodRates: setting(
    'Limits',
    'RATE_LIMIT_METHODS',
    methodRates,
    {},
    'Calls a minute one caller may make of single methods, on each process: tasks.generate=10,tasks.list=300.',
  ),
  maxSchedulesPerUser: setting(
    'Limits',
    'MAX_SCHEDULES_PER_USER',
    quantity,
    100,
    'Schedules one user may have switched on.',
  ),
  webhookRate: setting(
    'Limits',
    'WEBHOOK_RATE_LIMIT',
    quantity,
    60,
    'How often a minute one address or user may trigger tasks, on each process.',
    ['APFLOW_WEBHOOK_RATE_LIMIT'],
  ),
} as const;
