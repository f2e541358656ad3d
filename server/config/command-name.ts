/** The operator's command line as a shell knows it: from the sources by npm, else as installed. */
export const commandName: string = import.meta.filename.endsWith('.ts')
  ? 'npm run cli --'
  : 'reporisk';
