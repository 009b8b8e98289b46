/** A place to try the safety checks: a text, what is found in it and where, what would happen to it. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Finding } from '../../../../src/core/safety/finding.ts';
import type { SafetyCheckRequest, SafetyMode } from '../../../../src/core/safety/safety-check.ts';
import { safety } from '../../data/safety.ts';
import { useSettled } from '../../data/use-settled.ts';
import { Button } from '../../ui/button.tsx';
import { Card } from '../../ui/card.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Field } from '../../ui/field.tsx';
import { Page } from '../../ui/page.tsx';
import { Segmented } from '../../ui/segmented.tsx';
import { CheckResult } from './check-result.tsx';
import { ExitsCard } from './exits-card.tsx';
import { RedactedCard } from './redacted-card.tsx';
import { RulesCard } from './rules-card.tsx';
import { samples } from './samples.ts';

type SafetyStage = NonNullable<SafetyCheckRequest['stage']>;

const MODES: readonly { value: SafetyMode; label: string }[] = [
  { value: 'strict', label: 'Strict' },
  { value: 'contract', label: 'Contract' },
];
const STAGES: readonly { value: SafetyStage; label: string }[] = [
  { value: 'input', label: 'Input' },
  { value: 'output', label: 'Output' },
];
const SETTLE_MS = 250;

export function SafetyPage() {
  const [text, setText] = useState(samples[0]?.text ?? '');
  const [mode, setMode] = useState<SafetyMode>('strict');
  const [stage, setStage] = useState<SafetyStage>('input');
  const [pointed, setPointed] = useState<Finding | null>(null);
  const asked = useSettled(text, SETTLE_MS);
  const report = useQuery(safety.check({ text: asked, mode, stage }));
  return (
    <Page title="Safety" lead="Type or paste a text: it is checked as you write, and nothing of it is kept.">
      <div className="grid grid-cols-1 items-start gap-4 lg:grid-cols-3">
        <div className="grid grid-cols-1 gap-4 lg:col-span-2">
          <Card>
            <Field label="Text">
              {(ids) => (
                <textarea
                  {...ids}
                  className="control font-mono"
                  rows={5}
                  spellCheck={false}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                />
              )}
            </Field>
            <div className="mt-3 flex flex-wrap items-center gap-x-5 gap-y-2">
              <Segmented label="Rules" value={mode} options={MODES} onChange={setMode} />
              <Segmented label="Stage" value={stage} options={STAGES} onChange={setStage} />
              <div className="flex flex-wrap items-center gap-1 sm:ml-auto">
                <span className="text-xs text-muted">Samples:</span>
                {samples.map((sample) => (
                  <Button key={sample.name} size="small" look="ghost" onClick={() => setText(sample.text)}>
                    {sample.name}
                  </Button>
                ))}
              </div>
            </div>
          </Card>
          {asked === '' ? (
            <Card>
              <EmptyState icon="shield" title="Nothing to check yet">
                Contract holds exactly the rules older clients know; strict is ours, and the default
                elsewhere.
              </EmptyState>
            </Card>
          ) : (
            <>
              <CheckResult query={report} text={asked} pointed={pointed} onPoint={setPointed} />
              {report.data?.redacted !== undefined && <RedactedCard text={asked} />}
            </>
          )}
        </div>
        <div className="grid grid-cols-1 gap-4">
          <RulesCard />
          <ExitsCard />
        </div>
      </div>
    </Page>
  );
}
