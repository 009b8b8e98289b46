/** Light, dark, or as the machine is set: one press further each time. */
import { useState } from 'react';
import type { IconName } from '../ui/icon.tsx';
import { IconButton } from '../ui/icon-button.tsx';
import { readTheme, setTheme, type Theme } from './theme.ts';

const CHOICES: Readonly<Record<Theme, { readonly icon: IconName; readonly next: Theme }>> = {
  system: { icon: 'screen', next: 'light' },
  light: { icon: 'sun', next: 'dark' },
  dark: { icon: 'moon', next: 'system' },
};

export function ThemeButton() {
  const [chosen, setChosen] = useState(readTheme);
  const { icon, next } = CHOICES[chosen];
  return (
    <IconButton
      icon={icon}
      label={`Theme: ${chosen}. Change to ${next}`}
      onClick={() => {
        setTheme(next);
        setChosen(next);
      }}
    />
  );
}
