/** A button that is an icon; its label is read aloud and shown on hover. */
import type { ComponentProps } from 'react';
import { Icon, type IconName } from './icon.tsx';

type Props = Omit<ComponentProps<'button'>, 'aria-label' | 'title'> & { label: string; icon: IconName };

export function IconButton({ label, icon, className = '', ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      aria-label={label}
      title={label}
      className={`inline-flex size-8 shrink-0 items-center justify-center rounded-md text-muted hover:bg-sunken hover:text-ink disabled:cursor-not-allowed disabled:opacity-50 ${className}`}
    >
      <Icon name={icon} className="size-4.5" />
    </button>
  );
}
