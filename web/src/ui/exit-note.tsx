/** Why a text was not worked on. */
import type { Exit } from '../../../src/core/safety/exit.ts';
import { Badge, type Tone } from './badge.tsx';
import { Icon } from './icon.tsx';

const TONES: Readonly<Record<Exit['severity'], Tone>> = { low: 'neutral', medium: 'warn', high: 'bad' };

export function ExitNote({ exit, title = 'Would be stopped' }: { exit: Exit; title?: string }) {
  return (
    <div className="flex items-start gap-3 rounded-lg border border-danger/30 bg-danger-soft px-3.5 py-2.5">
      <Icon name="shield" className="mt-0.5 size-4.5 text-danger" />
      <div className="min-w-0 text-[0.9333rem]">
        <p className="flex flex-wrap items-center gap-2 font-medium">
          {title}
          <span className="font-mono text-xs font-normal">{exit.reason}</span>
          <Badge tone={TONES[exit.severity]}>{exit.severity}</Badge>
        </p>
        <p className="text-[0.8667rem] wrap-anywhere">{exit.message}</p>
      </div>
    </div>
  );
}
