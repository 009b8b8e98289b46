/** A study for people at a terminal. What was said may hold anything: control characters do not reach the terminal. */
import type { Study } from '../core/study/study.ts';
import { demoNote, namesOf, peopleIn, STATUS_WORDS } from '../core/study/study-facts.ts';
import type { CliContext } from './cli-context.ts';
import { statusSymbol } from './status-style.ts';

export function renderStudy({ colors }: CliContext, study: Study, hasConversation: boolean): string {
  const { report, exit, error } = study;
  const names = namesOf(study);
  const note = demoNote(study);
  const lines = [
    `${colors.bold(plain(study.feature))}`,
    `${statusSymbol(colors, study.status)} ${STATUS_WORDS[study.status]}, ${study.persona_ids.length} personas, ${study.turns} rounds (${study.study_id})`,
    ...(note === null ? [] : [colors.yellow(note)]),
    ...(exit === null ? [] : [`${exit.reason}: ${plain(exit.message)}`]),
    ...(error === null ? [] : [colors.red(plain(error))]),
    ...(hasConversation ? study.conversation.flatMap((turn) => ['', turnLine(colors, turn)]) : []),
  ];
  if (report !== null) {
    lines.push('', colors.bold('Summary'), plain(report.summary), '', colors.bold('What to do'));
    for (const { title, action, severity, owner, effort, persona_ids } of report.insights)
      lines.push(
        `- ${plain(title)} [${severity}, ${plain(owner)}, ${effort}]`,
        `  ${plain(action)}`,
        `  from ${plain(peopleIn(persona_ids, names))}`,
      );
    lines.push('', colors.bold('Sentiment'));
    for (const { name, sentiment, reason } of report.sentiment)
      lines.push(`- ${plain(name)}: ${sentiment} (${plain(reason)})`);
  }
  return `${lines.join('\n')}\n`;
}

export function turnLine(
  colors: CliContext['colors'],
  turn: { readonly round: number; readonly name: string; readonly text: string },
): string {
  return `${colors.bold(plain(turn.name))} (round ${turn.round}): ${plain(turn.text)}`;
}

/** Escape sequences of a persona must not move anybody's cursor. */
function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n]/gu, ' ');
}
