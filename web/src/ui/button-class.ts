/** How buttons look, for buttons and for links that stand beside them. */

export type ButtonLook = 'primary' | 'secondary' | 'ghost' | 'danger';
export type ButtonSize = 'small' | 'medium';

const LOOKS: Record<ButtonLook, string> = {
  primary: 'bg-accent text-on-accent hover:brightness-110 border-transparent',
  secondary: 'bg-surface text-ink border-strong hover:bg-sunken',
  ghost: 'text-muted hover:text-ink hover:bg-sunken border-transparent',
  danger: 'bg-surface text-danger border-strong hover:bg-danger-soft',
};
const SIZES: Record<ButtonSize, string> = {
  small: 'h-8 px-2.5 text-[0.8667rem] gap-1.5',
  medium: 'h-9 px-3.5 text-[0.9333rem] gap-2',
};

export function buttonClass(look: ButtonLook = 'secondary', size: ButtonSize = 'medium'): string {
  return `inline-flex items-center justify-center whitespace-nowrap rounded-[0.4375rem] border font-medium transition-colors disabled:opacity-55 disabled:cursor-not-allowed ${LOOKS[look]} ${SIZES[size]}`;
}
