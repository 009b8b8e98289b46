/** The text with personal data and secrets replaced, in a form one may choose. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { safety } from '../../data/safety.ts';
import { Card } from '../../ui/card.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Segmented } from '../../ui/segmented.tsx';

const STYLES = [
  { value: 'type', label: 'Type' },
  { value: 'mask', label: 'Mask' },
  { value: 'partial', label: 'Partial' },
  { value: 'hash', label: 'Hash' },
] as const;

export function RedactedCard({ text }: { text: string }) {
  const [style, setStyle] = useState<(typeof STYLES)[number]['value']>('type');
  const redaction = useQuery(safety.redact({ text, style }));
  return (
    <Card
      title="Redacted"
      actions={
        <>
          <Segmented label="How values are replaced" value={style} options={STYLES} onChange={setStyle} />
          {redaction.data !== undefined && <CopyButton text={redaction.data.text} />}
        </>
      }
    >
      <Loaded query={redaction} lines={2}>
        {({ text: redacted }) => (
          <p className="font-mono text-[0.8667rem] leading-6 whitespace-pre-wrap wrap-anywhere">{redacted}</p>
        )}
      </Loaded>
    </Card>
  );
}
