type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** Follows what was entered in the forms inside an element. */
export function createFormChanges() {
  const before = new Map<Control, string>();
  const touched = new Set<Control>();
  const controlOf = ({ target }: Event) => (isControl(target) && target.form ? target : null);
  return {
    /** The handler of `focusin`: a control's state before it is changed. */
    remember(event: Event): void {
      const control = controlOf(event);
      if (control && !before.has(control)) before.set(control, stateOf(control));
    },
    /** The handler of `input`. */
    follow(event: Event): void {
      const control = controlOf(event);
      if (control) touched.add(control);
    },
    /** Whether a form that is still there differs from its beginning. */
    isChanged: () =>
      [...touched].some((each) => each.isConnected && stateOf(each) !== before.get(each)),
  };
}

function isControl(target: EventTarget | null): target is Control {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLSelectElement ||
    target instanceof HTMLTextAreaElement
  );
}

function stateOf(control: Control): string {
  const isCheck = control instanceof HTMLInputElement && /^(checkbox|radio)$/.test(control.type);
  return isCheck ? String(control.checked) : control.value;
}
