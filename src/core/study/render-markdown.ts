/** A study as Markdown. What people and models wrote is escaped: it cannot become a heading, a link or HTML. */
import type { FeedbackReport } from './feedback-report.ts';
import type { Study } from './study.ts';
import { demoNote, factsOf, namesOf, peopleIn } from './study-facts.ts';

export function renderMarkdown(study: Study): string {
  const note = demoNote(study);
  const names = namesOf(study);
  const parts = [
    `# Study: ${inline(study.feature)}`,
    ...(note === null ? [] : [`> **${inline(note)}**`]),
    ...(study.context === null ? [] : [inline(study.context)]),
    factsOf(study)
      .map(([name, value]) => `- ${name}: ${inline(value)}`)
      .join('\n'),
    ...(study.report === null ? [] : reportParts(study.report, names)),
    ...(study.personas.length === 0 ? [] : ['## Personas', personasTable(study)]),
    ...(study.conversation.length === 0 ? [] : ['## Conversation', ...study.conversation.map(turnOf)]),
  ];
  return `${parts.join('\n\n')}\n`;
}

function reportParts(report: FeedbackReport, names: ReadonlyMap<number, string>): string[] {
  const { summary, themes, sentiment, insights, quotes } = report;
  return [
    '## Summary',
    inline(summary),
    ...(insights.length === 0 ? [] : ['## What to do']),
    ...insights.map(({ title, detail, action, persona_ids, severity, owner, effort }, index) =>
      [
        `### ${index + 1}. ${inline(title)}`,
        inline(detail),
        [
          `- Action: ${inline(action)}`,
          `- Severity: ${severity}, owner: ${inline(owner)}, effort: ${effort}`,
          `- From: ${inline(peopleIn(persona_ids, names))}`,
        ].join('\n'),
      ].join('\n\n'),
    ),
    ...(themes.length === 0 ? [] : ['## Themes']),
    ...themes.map(
      ({ name, detail, sentiment: felt, persona_ids }) =>
        `- **${inline(name)}** (${felt}; ${inline(peopleIn(persona_ids, names))}): ${inline(detail)}`,
    ),
    '## Sentiment',
    table(
      ['Persona', 'Sentiment', 'Why'],
      sentiment.map(({ name, sentiment: felt, reason }) => [name, felt, reason]),
    ),
    ...(quotes.length === 0 ? [] : ['## Quotes']),
    ...quotes.map(
      ({ text, persona_id, turn }) =>
        `> ${inline(text)}\n>\n> ${inline(names.get(persona_id) ?? `persona ${persona_id}`)}, turn ${turn}`,
    ),
  ];
}

function personasTable({ personas }: Study): string {
  return table(
    ['Persona', 'Occupation', 'Location', 'Technology', 'Traits'],
    personas.map((persona) => [
      persona.name,
      persona.occupation,
      persona.location,
      persona.tech_proficiency,
      persona.behavioral_traits.join(', '),
    ]),
  );
}

function turnOf({ turn, round, name, text, demo, redacted }: Study['conversation'][number]): string {
  const marks = [`round ${round}`, ...(demo ? ['demo'] : []), ...(redacted ? ['partly masked'] : [])];
  return `**${turn}. ${inline(name)}** (${marks.join(', ')})\n\n${quoted(text)}`;
}

function quoted(text: string): string {
  return text
    .split('\n')
    .map((line) => `> ${inline(line)}`)
    .join('\n');
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(inline).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** One line; every character that Markdown or HTML could take for more than text is escaped. */
function inline(text: string): string {
  return text
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/[\\`*_{}[\]()#+!|~$]/g, '\\$&')
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/^(\d+)\./, '$1\\.')
    .replace(/^[-=]/, (character) => `\\${character}`)
    .replace(/(https?|ftp):\/\//gi, '$1:\u200b//');
}
