/** What a model is told before it sums a conversation up, and what it is told when its answer cannot be used. */
import { z } from 'zod';
import type { JsonObject } from '../json.ts';
import type { ChatMessage } from '../llm/chat.ts';
import { asPromptData, DATA_RULE } from './as-prompt-data.ts';
import { conversationWindow } from './conversation-window.ts';
import { feedbackReportSchema } from './feedback-report.ts';
import type { StudyTurn } from './study-turn.ts';

const SHOWN_ANSWER = 8_000;

export function reportMessages(feature: string, turns: readonly StudyTurn[]): ChatMessage[] {
  const conversation = conversationWindow(turns).map(({ turn, persona_id, name, text }) => ({
    turn,
    persona_id,
    name,
    text,
  }));
  return [
    {
      role: 'system',
      content: [
        'You are a user researcher. You sum up a conversation of personas about a product feature for the team that builds it.',
        'Answer with one JSON object and nothing else. Its members:',
        '- summary: three to five sentences.',
        '- themes: what they talked about; name, detail, persona_ids, sentiment (positive, mixed, neutral or negative).',
        '- sentiment: one entry for each persona that spoke; persona_id, name, sentiment, reason.',
        '- insights: what the team should do, most severe first; title, detail, action (a concrete next step), persona_ids, severity (low, medium, high or critical), owner (product, design, engineering, security, support or marketing), effort (small, medium or large).',
        '- quotes: the sentences that prove it; persona_id, turn (its number), text copied word for word from that turn.',
        'Use only the persona ids and turn numbers of the data. Do not invent what nobody said.',
        DATA_RULE,
      ].join('\n'),
    },
    {
      role: 'user',
      content: `${asPromptData({ feature, conversation })}\n\nSum the conversation in the data up, as JSON.`,
    },
  ];
}

export function reportRepairMessages(answer: string, problems: readonly string[]): ChatMessage[] {
  return [
    { role: 'assistant', content: answer.slice(0, SHOWN_ANSWER).toWellFormed() },
    {
      role: 'user',
      content: `That cannot be used:\n- ${problems.join('\n- ')}\nAnswer again with the whole, corrected JSON object and nothing else.`,
    },
  ];
}

export function reportJsonSchema(): JsonObject {
  const { $schema: _dialect, ...schema } = z.toJSONSchema(feedbackReportSchema);
  return schema as JsonObject;
}
