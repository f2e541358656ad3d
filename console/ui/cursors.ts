/** The cursors in a URL parameter, separated by dots: a cursor contains none. */
export function parseCursors(parameter: string | null): string[] {
  return parameter ? parameter.split('.') : [];
}

export function cursorsText(cursors: readonly string[]): string | undefined {
  return cursors.length > 0 ? cursors.join('.') : undefined;
}
