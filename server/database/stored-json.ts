/** The value of a JSON column as text; null where a statement by hand wrote something else. */
export function storedJson(text: string | null): unknown {
  try {
    return text === null ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
