/** Asks before something that cannot be taken back. */
import type { ReactNode } from 'react';
import { Button } from './button.tsx';
import { ErrorState } from './error-state.tsx';
import { Modal } from './modal.tsx';

export function Confirm(props: {
  title: string;
  /** What the button does, as a verb. */
  action: string;
  isBusy?: boolean;
  error?: Error | null;
  onConfirm: () => void;
  onClose: () => void;
  children: ReactNode;
}) {
  return (
    <Modal
      title={props.title}
      onClose={props.onClose}
      footer={
        <>
          <Button onClick={props.onClose}>Cancel</Button>
          <Button look="danger" isBusy={props.isBusy ?? false} onClick={props.onConfirm}>
            {props.action}
          </Button>
        </>
      }
    >
      <div className="space-y-3 text-[0.9333rem]">
        {props.children}
        {props.error !== undefined && props.error !== null && <ErrorState error={props.error} />}
      </div>
    </Modal>
  );
}
