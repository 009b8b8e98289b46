/** How findings of a category look: their mark in the text and their badge in the list. */
import type { Finding } from '../../../../src/core/safety/finding.ts';
import type { Tone } from '../../ui/badge.tsx';

export interface FindingTone {
  readonly name: string;
  readonly tone: Tone;
  readonly mark: string;
}

export const findingTone: Readonly<Record<Finding['category'], FindingTone>> = {
  pii: { name: 'Personal data', tone: 'info', mark: 'bg-info-soft text-info decoration-info' },
  secret: { name: 'Secret', tone: 'bad', mark: 'bg-danger-soft text-danger decoration-danger' },
  injection: { name: 'Injection', tone: 'warn', mark: 'bg-warn-soft text-warn decoration-warn' },
  policy: { name: 'Policy', tone: 'warn', mark: 'bg-warn-soft text-warn decoration-warn' },
  output: { name: 'Output', tone: 'bad', mark: 'bg-danger-soft text-danger decoration-danger' },
  malformed: { name: 'Malformed', tone: 'neutral', mark: 'bg-sunken text-ink decoration-strong' },
};
