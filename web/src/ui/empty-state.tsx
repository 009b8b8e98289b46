/** Nothing here yet: says so, and what would change that. */
import type { ReactNode } from 'react';
import { Icon, type IconName } from './icon.tsx';

export function EmptyState(props: {
  icon: IconName;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center px-6 py-10 text-center">
      <div className="mb-3 flex size-10 items-center justify-center rounded-full bg-sunken text-muted">
        <Icon name={props.icon} className="size-5" />
      </div>
      <p className="font-medium">{props.title}</p>
      {props.children !== undefined && (
        <p className="mt-1 max-w-sm text-[0.8667rem] text-muted">{props.children}</p>
      )}
      {props.action !== undefined && <div className="mt-4">{props.action}</div>}
    </div>
  );
}
