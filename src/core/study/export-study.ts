/** A study as one document. */
import { renderHtml } from './render-html.ts';
import { renderMarkdown } from './render-markdown.ts';
import type { Study } from './study.ts';

export const EXPORT_FORMATS = ['md', 'html', 'json'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

const FORMS: Readonly<Record<ExportFormat, { type: string; render: (study: Study) => string }>> = {
  md: { type: 'text/markdown; charset=utf-8', render: renderMarkdown },
  html: { type: 'text/html; charset=utf-8', render: renderHtml },
  json: { type: 'application/json', render: (study) => `${JSON.stringify(study, null, 2)}\n` },
};

export function exportStudy(study: Study, format: ExportFormat) {
  const { type, render } = FORMS[format];
  return { format, filename: `study-${slugOf(study)}.${format}`, content_type: type, content: render(study) };
}

/** Plain ASCII: it stands in a header. */
function slugOf({ feature, study_id }: Study): string {
  const words = feature
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
    .replace(/-+$/, '');
  return words === '' ? study_id.slice(0, 13) : words;
}
