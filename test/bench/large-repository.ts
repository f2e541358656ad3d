/**
 * A Git server with one repository of 50 MiB, in a separate process.
 *
 * @module
 */

import { setPriority } from 'node:os';
import { answering } from '../processes/answering.ts';
import { repositoryOf, startGitServer } from '../support/git-server.ts';
import { seededRandom } from '../support/random.ts';

// Another machine's work, in life: here it takes only the time that the measured server leaves.
setPriority(19);

/** Serves 2,900 source files, which pack into about 50 MiB. */
async function start() {
  const random = seededRandom(7);
  const words = Array.from({ length: 4000 }, () => Buffer.from(random(4)).toString('hex'));
  const word = () => {
    const [high = 0, low = 0] = random(2);
    return words[(high * 256 + low) % words.length];
  };
  const files: Record<string, string> = {};
  for (let at = 0; at < 2900; at += 1) {
    const lines = Array.from(
      { length: 1040 },
      () => `const ${word()} = load('${word()}'); // ${word()}`,
    );
    files[`src/part${at % 50}/file${at}.js`] = lines.join('\n');
  }
  const { origin } = await startGitServer({ large: repositoryOf(files) });
  return { url: `${origin}/large` };
}

const commands = { start };

/** The commands of this process. */
export type RepositoryCommands = typeof commands;

answering(commands);
