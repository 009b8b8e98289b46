/**
 * A study as it happens. The stream of its run says when there is something new, which is then read whole; what is being
 * said just now comes with the stream itself.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { client } from './client.ts';
import type { Speaking } from './speaking.ts';
import { isStudyOpen, studies } from './studies.ts';

/** Events that come together are answered by one look. */
const LOOK_AFTER_MS = 120;
/** `<study>.r<round>.p<persona>`: see buildStudyTree. */
const TURN_TASK = /\.r(\d+)\.p(\d+)$/;

type SpeakingByTask = Readonly<Record<string, Speaking>>;

export function useLiveStudy(studyId: string) {
  const cache = useQueryClient();
  const study = useQuery(studies.one(studyId));
  const [speaking, setSpeaking] = useState<SpeakingByTask>({});
  const runId = study.data?.run_id ?? null;
  const isOpen = study.data !== undefined && isStudyOpen(study.data);

  useEffect(() => {
    if (!isOpen || runId === null) return;
    const controller = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = () => {
      timer ??= setTimeout(() => {
        timer = undefined;
        void cache.invalidateQueries({ queryKey: studies.key });
      }, LOOK_AFTER_MS);
    };
    const follow = async () => {
      for await (const { type, data } of client.events(runId, { signal: controller.signal })) {
        setSpeaking((before) => heard(before, type, data));
        if (type !== 'task_delta') look();
      }
    };
    // A stream that cannot be had any more: the page then asks now and then instead.
    follow()
      .catch(() => undefined)
      .finally(look);
    return () => {
      controller.abort();
      clearTimeout(timer);
      setSpeaking({});
    };
  }, [isOpen, runId, cache]);

  return { study, speaking: Object.values(speaking) };
}

function heard(
  before: SpeakingByTask,
  type: string,
  data: Readonly<Record<string, unknown>>,
): SpeakingByTask {
  const taskId = String(data['task_id']);
  const turn = TURN_TASK.exec(taskId);
  if (turn === null) return before;
  const known = before[taskId] ?? { round: Number(turn[1]), personaId: Number(turn[2]), text: '' };
  switch (type) {
    case 'task_start':
      return { ...before, [taskId]: known };
    case 'task_retry':
      return { ...before, [taskId]: { ...known, text: '' } };
    case 'task_delta':
      return {
        ...before,
        [taskId]: { ...known, text: known.text + String(data['text'] ?? data['delta'] ?? '') },
      };
    case 'task_completed':
    case 'task_failed':
    case 'task_skipped':
    case 'task_cancelled': {
      const { [taskId]: _said, ...others } = before;
      return others;
    }
    default:
      return before;
  }
}
