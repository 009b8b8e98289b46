/** A labelled control with a hint or a complaint below it, tied together for those who hear the page. */
import { type ReactNode, useId } from 'react';

export interface FieldIds {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': true | undefined;
}

export function Field(props: {
  label: ReactNode;
  hint?: ReactNode;
  error?: string | null | undefined;
  className?: string;
  children: (ids: FieldIds) => ReactNode;
}) {
  const { label, hint, error, className = '', children } = props;
  const id = useId();
  const hasError = error !== undefined && error !== null;
  const noteId = hasError || hint !== undefined ? `${id}-note` : undefined;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1 block text-[0.8667rem] font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': noteId, 'aria-invalid': hasError || undefined })}
      {noteId !== undefined && (
        <p id={noteId} className={`mt-1 text-xs ${hasError ? 'text-danger' : 'text-muted'}`}>
          {hasError ? error : hint}
        </p>
      )}
    </div>
  );
}
