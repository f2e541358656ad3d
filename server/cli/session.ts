import { type Persona, personas } from '../demo-mode/sessions.ts';
import { type Command, UsageError } from './command.ts';

const isPersona = (text: string): text is Persona => personas.some((each) => each === text);

/** Only the running server can sign in: its key pair was made when it started. */
const session: Command = {
  name: 'session',
  usage: `--persona ${personas.join('|')}`,
  summary: "Print a session token of one of the demo's people",
  options: ['persona'],
  async run(context, given) {
    const persona = given.needed('persona');
    if (!isPersona(persona)) throw new UsageError(`--persona takes ${personas.join(', ')}`);
    const { host, port, clerk, production } = context.config();
    if (clerk !== null || production) throw new Error('session is for demo mode only');
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    const answer = await ask(url, persona);
    return { json: answer, text: answer.token };
  },
};

async function ask(url: string, persona: Persona): Promise<{ token: string }> {
  const request = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ persona }),
  };
  const response = await fetch(`${url}/demo/session`, request).catch(() => {
    throw new Error(`no server answers at ${url}: start it with npm start`);
  });
  const answer: unknown = await response.json().catch(() => null);
  if (response.ok && typeof answer === 'object' && answer !== null && 'token' in answer) {
    return { ...answer, token: String(answer.token) };
  }
  throw new Error(`the server at ${url} is not in demo mode (status ${response.status})`);
}

export const sessionCommands: readonly Command[] = [session];
