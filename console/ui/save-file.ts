/** Lets the browser save a text as a file. */
export function saveFile(name: string, type: string, content: string): void {
  const address = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  // The browser has read the content by the next task; later the URL would only keep it in memory.
  setTimeout(() => URL.revokeObjectURL(address));
}
