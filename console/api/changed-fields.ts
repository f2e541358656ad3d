/** The fields of an edit that differ from the record: another admin's change of any other survives. */
export function changedFields<Edit extends object>(
  before: { readonly [Field in keyof Edit]: unknown },
  edit: Edit,
): Partial<Edit> {
  const changed: Partial<Edit> = {};
  for (const field in edit)
    if (JSON.stringify(edit[field]) !== JSON.stringify(before[field])) changed[field] = edit[field];
  return changed;
}
