/** A number and its name, inside a `<dl>`. */
import type { ReactNode } from 'react';

export function Stat({ name, value, unit }: { name: string; value: ReactNode; unit?: string }) {
  return (
    <div>
      <dt className="text-xs text-muted">{name}</dt>
      <dd className="tnum text-[1.4rem] font-semibold leading-tight tracking-[-0.015em]">
        {value}
        {unit !== undefined && (
          <span className="ml-1 text-xs font-normal tracking-normal text-muted">{unit}</span>
        )}
      </dd>
    </div>
  );
}
