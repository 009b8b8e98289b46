/**
 * A study as one page of HTML: no script, nothing from elsewhere, everything that people or models wrote escaped. A policy
 * in its head forbids even what it does not have.
 */
import type { FeedbackReport } from './feedback-report.ts';
import type { Study } from './study.ts';
import { demoNote, factsOf, namesOf, peopleIn } from './study-facts.ts';

const STYLE = `
:root{color-scheme:light dark;--line:#8884;--soft:#8881;--accent:#2563eb}
@media(prefers-color-scheme:dark){:root{--accent:#8ab4ff}}
body{font:16px/1.55 system-ui,sans-serif;margin:0 auto;padding:2rem 1rem 4rem;max-width:52rem;background:Canvas;color:CanvasText;overflow-wrap:anywhere}
h1{line-height:1.2}h2{margin-top:2.2rem;border-bottom:1px solid var(--line);padding-bottom:.3rem}
.note{border:2px solid #b45309;border-radius:.5rem;padding:.6rem .9rem}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:600}dd{margin:0}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%}th,td{border-bottom:1px solid var(--line);padding:.4rem .6rem;text-align:left;vertical-align:top}
th{overflow-wrap:normal}.insight,.turn{border:1px solid var(--line);border-radius:.5rem;padding:.7rem 1rem;margin:.8rem 0}
.insight h3,.turn h3{margin:0 0 .3rem;font-size:1.05rem}.tags{font-size:.85rem}
.tag{display:inline-block;border:1px solid var(--line);background:var(--soft);border-radius:1rem;padding:0 .6rem;margin:.1rem .3rem .1rem 0}
blockquote{border-left:3px solid var(--accent);margin:.8rem 0;padding:.2rem 0 .2rem 1rem}
.text{white-space:pre-wrap;margin:.2rem 0}a{color:var(--accent)}@media print{.insight,.turn{break-inside:avoid}}
`;

export function renderHtml(study: Study): string {
  const note = demoNote(study);
  const names = namesOf(study);
  const title = `Study: ${oneLine(study.feature, 80)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Study: ${escaped(oneLine(study.feature, 300))}</h1>
${note === null ? '' : `<p class="note" role="note"><strong>${escaped(note)}</strong></p>`}
${study.context === null ? '' : `<p class="text">${escaped(study.context)}</p>`}
<dl>${factsOf(study)
    .map(([name, value]) => `<dt>${escaped(name)}</dt><dd>${escaped(value)}</dd>`)
    .join('')}</dl>
${study.report === null ? '' : reportPart(study.report, names)}
${study.personas.length === 0 ? '' : personasPart(study)}
${study.conversation.length === 0 ? '' : `<section><h2>Conversation</h2>${study.conversation.map(turnOf).join('\n')}</section>`}
</main>
</body>
</html>
`;
}

function reportPart(report: FeedbackReport, names: ReadonlyMap<number, string>): string {
  const { summary, themes, sentiment, insights, quotes } = report;
  return [
    `<section><h2>Summary</h2><p class="text">${escaped(summary)}</p></section>`,
    insights.length === 0
      ? ''
      : `<section><h2>What to do</h2>${insights.map((insight) => insightOf(insight, names)).join('\n')}</section>`,
    themes.length === 0
      ? ''
      : `<section><h2>Themes</h2>${table(
          ['Theme', 'Sentiment', 'Personas', 'What they said'],
          themes.map((theme) => [
            theme.name,
            theme.sentiment,
            peopleIn(theme.persona_ids, names),
            theme.detail,
          ]),
        )}</section>`,
    `<section><h2>Sentiment</h2>${table(
      ['Persona', 'Sentiment', 'Why'],
      sentiment.map((one) => [one.name, one.sentiment, one.reason]),
    )}</section>`,
    quotes.length === 0
      ? ''
      : `<section><h2>Quotes</h2>${quotes
          .map(
            ({ text, persona_id, turn }) =>
              `<blockquote><p class="text">${escaped(text)}</p><p>${escaped(names.get(persona_id) ?? `persona ${persona_id}`)}, <a href="#turn-${turn}">turn ${turn}</a></p></blockquote>`,
          )
          .join('\n')}</section>`,
  ].join('\n');
}

function insightOf(insight: FeedbackReport['insights'][number], names: ReadonlyMap<number, string>): string {
  const { title, detail, action, persona_ids, severity, owner, effort } = insight;
  const tags = [
    `severity ${severity}`,
    `owner ${owner}`,
    `effort ${effort}`,
    `from ${peopleIn(persona_ids, names)}`,
  ];
  return `<article class="insight"><h3>${escaped(title)}</h3><p class="text">${escaped(detail)}</p><p><strong>Do:</strong> ${escaped(action)}</p><p class="tags">${tags
    .map((tag) => `<span class="tag">${escaped(tag)}</span>`)
    .join('')}</p></article>`;
}

function personasPart({ personas }: Study): string {
  const rows = personas.map((persona) => [
    persona.name,
    persona.occupation,
    persona.location,
    persona.tech_proficiency,
    persona.behavioral_traits.join(', '),
  ]);
  return `<section><h2>Personas</h2>${table(['Persona', 'Occupation', 'Location', 'Technology', 'Traits'], rows)}</section>`;
}

function turnOf({ turn, round, name, text, demo, redacted }: Study['conversation'][number]): string {
  const marks = [`round ${round}`, ...(demo ? ['demo'] : []), ...(redacted ? ['partly masked'] : [])];
  return `<article class="turn" id="turn-${turn}"><h3>${turn}. ${escaped(name)}</h3><p class="text">${escaped(text)}</p><p class="tags">${marks
    .map((mark) => `<span class="tag">${escaped(mark)}</span>`)
    .join('')}</p></article>`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const cells = (tag: string, row: readonly string[], scope = '') =>
    row.map((cell) => `<${tag}${scope}>${escaped(cell)}</${tag}>`).join('');
  return `<div class="wide"><table><thead><tr>${cells('th', head, ' scope="col"')}</tr></thead><tbody>${rows
    .map((row) => `<tr>${cells('td', row)}</tr>`)
    .join('')}</tbody></table></div>`;
}

function oneLine(text: string, most: number): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return line.length <= most ? line : `${line.slice(0, most - 1).toWellFormed()}…`;
}

function escaped(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}
