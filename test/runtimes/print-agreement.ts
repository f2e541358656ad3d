import { agreement } from './agreement.ts';

// biome-ignore lint/suspicious/noConsole: every runtime can print
console.log(await agreement());
