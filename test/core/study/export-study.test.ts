/** Documents of a study: complete, honest, and safe whatever personas and models wrote. */
import { describe, expect, it } from 'vitest';
import { exportStudy } from '../../../src/core/study/export-study.ts';
import { numberTurns } from '../../../src/core/study/number-turns.ts';
import type { Study } from '../../../src/core/study/study.ts';
import { reportOn } from '../../llm/study-answers.ts';
import { SAMPLE_PERSONAS } from './sample-personas.ts';

const EVIL =
  '<script>alert(1)</script> [x](javascript:1) ![i](http://evil.example/p.png) | # **b** `c` "\'><img src=x onerror=1>';

function study(fields: Partial<Study> = {}, text = 'I like it.'): Study {
  const conversation = numberTurns(SAMPLE_PERSONAS.map(({ id, name }) => ({ persona_id: id, name, text })));
  return {
    study_id: '019aa000-0000-7000-8000-000000000000',
    run_id: 'r',
    root_task_id: '019aa000-0000-7000-8000-000000000000',
    user_id: 'u',
    status: 'completed',
    feature: 'Dark mode',
    context: null,
    persona_ids: [1, 2, 3, 4],
    turns: 1,
    model: null,
    provider: null,
    demo: { active: false, reason: null, turns: 0 },
    exit: null,
    output_exit: null,
    error: null,
    created_at: '2026-11-28T10:00:00.000000+00:00',
    completed_at: '2026-11-28T10:01:00.000000+00:00',
    personas: [...SAMPLE_PERSONAS],
    conversation,
    report: reportOn(conversation) as Study['report'],
    ...fields,
  };
}

describe('a page of HTML', () => {
  it('holds nothing that runs or loads, whatever was said', () => {
    const personas = SAMPLE_PERSONAS.map((persona) => ({ ...persona, name: EVIL, occupation: EVIL }));
    const { content } = exportStudy(
      study({ feature: EVIL, context: EVIL, personas, error: EVIL }, EVIL),
      'html',
    );
    expect(content).not.toMatch(/<script|<img|<iframe|<link|src=(?!x onerror=1&gt;)/i);
    const tags = new Set([...content.matchAll(/<([a-z0-9]+)/g)].map(([, tag]) => tag));
    expect([...tags].sort()).toEqual(
      'a article blockquote body dd div dl dt h1 h2 h3 head html main meta p section span strong style table tbody td th thead title tr'
        .split(' ')
        .filter((tag) => tags.has(tag)),
    );
    expect(content).toContain('&lt;script&gt;');
    for (const [, value] of content.matchAll(/href="([^"]*)"/g)) expect(value).toMatch(/^#turn-\d+$/);
    expect(content).not.toMatch(/https?:\/\/(?!evil\.example\/p\.png)/);
    expect(content).toContain("default-src 'none'");
  });

  it('points from each quote to its turn', () => {
    const { content } = exportStudy(study(), 'html');
    for (const [, turn] of content.matchAll(/href="#turn-(\d+)"/g))
      expect(content).toContain(`id="turn-${turn}"`);
  });
});

describe('Markdown', () => {
  it('cannot be broken by what was said', () => {
    const { content } = exportStudy(
      study({ feature: EVIL, context: `# ${EVIL}` }, `${EVIL}\n# head\n- list\n1. one`),
      'md',
    );
    expect(content).not.toMatch(/<script|<img|\]\(|^# head|^\s*- list$/m);
    expect(content.match(/^# /gm)).toHaveLength(1);
    // Cells of a table stay cells.
    for (const line of content.split('\n').filter((one) => one.startsWith('|')))
      expect([4, 6]).toContain(line.replace(/\\\|/g, '').split('|').length - 1);
  });

  it('has all there is', () => {
    const { content } = exportStudy(study(), 'md');
    for (const part of [
      '# Study: Dark mode',
      '## Summary',
      '## What to do',
      '## Sentiment',
      '## Quotes',
      '## Conversation',
      'Maria Keller',
      'owner: product',
    ])
      expect(content).toContain(part);
  });
});

describe('every document', () => {
  it.each(['md', 'html', 'json'] as const)('%s says what was made by rules', (format) => {
    const demo = { active: true, reason: 'no_llm_key', turns: 4 };
    const { content } = exportStudy(study({ demo }), format);
    expect(content).toMatch(format === 'json' ? /"no_llm_key"/ : /no model was asked/);
    expect(exportStudy(study(), format).content).not.toMatch(/no model was asked/);
  });

  it.each([
    ['Dark mode for the dashboard!', 'study-dark-mode-for-the-dashboard.md'],
    ['Übersetzung "a"\r\nSet-Cookie: x', 'study-u-bersetzung-a-set-cookie-x.md'],
    ['翻訳', 'study-019aa000-0000.md'],
  ])('%j is named %s', (feature, filename) =>
    expect(exportStudy(study({ feature }), 'md').filename).toBe(filename),
  );

  it('exists for a study that was blocked or has failed', () => {
    const exit = { reason: 'sensitive_pii', severity: 'high', message: 'No.', details: {} } as const;
    const none = { conversation: [], personas: [], report: null };
    expect(exportStudy(study({ ...none, status: 'blocked', exit }), 'md').content).toContain(
      'sensitive\\_pii: No.',
    );
    expect(exportStudy(study({ ...none, status: 'failed', error: 'broken' }), 'html').content).toContain(
      'broken',
    );
  });
});
