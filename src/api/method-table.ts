/**
 * The one table of methods. The dispatcher, `GET /tasks/methods`, OpenRPC, OpenAPI, `/docs`, the client and the CLI all
 * read it, so they cannot disagree.
 */
import type { AnyMethod } from './method.ts';
import { configLlmKeyDelete, configLlmKeyGet, configLlmKeySet } from './methods/config-llm-key.ts';
import {
  conversationsCreate,
  conversationsDelete,
  conversationsGet,
  conversationsList,
  conversationsReplace,
  conversationsStop,
  conversationsUpdate,
} from './methods/conversations.ts';
import { keysCreate, keysList, keysRevoke } from './methods/keys.ts';
import { messagesDelete, messagesGet, messagesList, messagesRevisions } from './methods/messages.ts';
import { messagesCreate, messagesRegenerate, messagesUpdate } from './methods/messages-write.ts';
import { modelsList, modelsRoute } from './methods/models.ts';
import { personasBackup, personasBackups, personasRestore } from './methods/personas-backup.ts';
import { personasExport, personasGet, personasList } from './methods/personas-read.ts';
import {
  personasCreate,
  personasDelete,
  personasDuplicate,
  personasImport,
  personasReplace,
  personasUpdate,
} from './methods/personas-write.ts';
import { policiesList, policiesSet } from './methods/policies.ts';
import { quotaSet } from './methods/quota.ts';
import { runsControl } from './methods/runs-control.ts';
import { runsEvents, runsGet, runsList } from './methods/runs-read.ts';
import { safetyCheck, safetyRedact } from './methods/safety.ts';
import { scheduledComplete, scheduledInit } from './methods/scheduled-change.ts';
import { scheduledDue, scheduledExportIcal, scheduledList } from './methods/scheduled-list.ts';
import { studiesDelete, studiesExport, studiesGet, studiesList } from './methods/studies-read.ts';
import { studiesReport } from './methods/studies-report.ts';
import { studiesRun } from './methods/studies-run.ts';
import { systemExecutors, systemHealth } from './methods/system.ts';
import { tasksCancel } from './methods/tasks-cancel.ts';
import { tasksClone } from './methods/tasks-clone.ts';
import { tasksCreate } from './methods/tasks-create.ts';
import { tasksDelete } from './methods/tasks-delete.ts';
import { tasksExecute } from './methods/tasks-execute.ts';
import { tasksGenerate } from './methods/tasks-generate.ts';
import { tasksCount, tasksList } from './methods/tasks-query.ts';
import { tasksChildren, tasksDetail, tasksGet, tasksTree } from './methods/tasks-read.ts';
import { runningCount, runningList, runningStatus } from './methods/tasks-running.ts';
import { tasksUpdate } from './methods/tasks-update.ts';
import { tasksWebhookRevoke, tasksWebhookSecret, tasksWebhookTrigger } from './methods/tasks-webhook.ts';
import { usageExport, usageSummary } from './methods/usage.ts';
import { webhooksSecret } from './methods/webhooks.ts';
import type { RpcScope } from './rpc/dispatch.ts';

export const METHOD_TABLE: readonly AnyMethod[] = [
  tasksExecute,
  tasksGenerate,
  tasksCancel,
  tasksCreate,
  tasksGet,
  tasksUpdate,
  tasksDelete,
  tasksClone,
  tasksDetail,
  tasksTree,
  tasksList,
  tasksCount,
  tasksChildren,
  runningList,
  runningStatus,
  runningCount,
  scheduledList,
  scheduledDue,
  scheduledInit,
  scheduledComplete,
  scheduledExportIcal,
  tasksWebhookTrigger,
  tasksWebhookSecret,
  tasksWebhookRevoke,
  runsList,
  runsGet,
  runsEvents,
  ...runsControl,
  studiesRun,
  studiesGet,
  studiesList,
  studiesReport,
  studiesExport,
  studiesDelete,
  personasList,
  personasGet,
  personasCreate,
  personasReplace,
  personasUpdate,
  personasDelete,
  personasDuplicate,
  personasImport,
  personasExport,
  personasBackup,
  personasRestore,
  personasBackups,
  systemHealth,
  systemExecutors,
  configLlmKeyGet,
  configLlmKeySet,
  configLlmKeyDelete,
  modelsList,
  modelsRoute,
  safetyCheck,
  safetyRedact,
  keysCreate,
  keysList,
  keysRevoke,
  quotaSet,
  policiesList,
  policiesSet,
  usageSummary,
  usageExport,
  webhooksSecret,
  conversationsCreate,
  conversationsList,
  conversationsGet,
  conversationsReplace,
  conversationsUpdate,
  conversationsDelete,
  conversationsStop,
  messagesCreate,
  messagesList,
  messagesGet,
  messagesUpdate,
  messagesDelete,
  messagesRevisions,
  messagesRegenerate,
];

/** Methods of one endpoint by name and alias, with `extra` ones every endpoint has (rpc.discover). */
export function scopeOf(
  name: RpcScope['name'],
  table: readonly AnyMethod[],
  extra: readonly AnyMethod[] = [],
): RpcScope {
  const methods = new Map<string, AnyMethod>();
  for (const method of [...table.filter((entry) => entry.scope === name), ...extra])
    for (const known of namesOf(method)) methods.set(known, method);
  const elsewhere = table.filter((entry) => entry.scope !== name).flatMap(namesOf);
  return { name, methods, elsewhere: new Set(elsewhere) };
}

function namesOf(method: AnyMethod): string[] {
  return [method.name, ...(method.aliases ?? [])];
}
