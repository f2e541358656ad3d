import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';
import { type Schema, schemaLimits, schemaText } from './schema-text.ts';

/** The parts of an OpenAPI document that the page shows. */
export interface Described {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly webhooks: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

interface Operation {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags: readonly string[];
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Content };
  readonly responses: Readonly<Record<string, Answer>>;
}

interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
}

interface Answer {
  readonly description: string;
  readonly headers?: Readonly<Record<string, { readonly description?: string }>>;
  readonly content?: Content;
}

type Content = Readonly<Record<string, { readonly schema?: Schema }>>;

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

interface Call extends Operation {
  readonly method: string;
  readonly path: string;
}

/** The description of the API as a page, without a script. */
export function docsPage({ info, paths, webhooks, components }: Described): Html {
  const groups = Map.groupBy(callsOf(paths), ({ tags }) => tags[0] ?? '');
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}</title>
<link rel="stylesheet" href="/docs/style.css">
</head>
<body>
<header>
<h1>${info.title} <small>${info.version}</small></h1>
<p>${info.description} The same as data: <a href="/openapi.json">openapi.json</a>.</p>
</header>
<nav aria-label="Groups"><ul>
${[...groups.keys(), 'webhooks', 'schemas'].map((tag) => html`<li><a href="#${tag}">${tag}</a></li>`)}
</ul></nav>
<main>
${[...groups].map(([tag, calls]) => html`<h2 id="${tag}">${tag}</h2>${calls.map(operation)}`)}
<h2 id="webhooks">webhooks</h2>
${callsOf(webhooks).map(operation)}
<h2 id="schemas">schemas</h2>
${Object.entries(components.schemas).map(
  ([name, schema]) => html`<h3 id="schema-${name}">${name}</h3><pre>${schemaText(schema)}</pre>`,
)}
</main>
</body>
</html>`;
}

function callsOf(paths: Described['paths']): Call[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, each]) => ({
      ...each,
      path,
      method: method.toUpperCase(),
    })),
  );
}

function operation(call: Call): Html {
  const { method, path, operationId, summary, description, parameters = [], requestBody } = call;
  return html`<details id="${operationId}">
<summary><b>${method}</b> <code>${path}</code> <span>${summary}</span></summary>
${description === undefined ? '' : html`<p>${description}</p>`}
<p>${credentials(call)}</p>
${parameters.length === 0 ? '' : parameterTable(parameters)}
${requestBody === undefined ? '' : html`<h3>Body</h3>${contents(requestBody.content)}`}
<h3>Answers</h3>
<dl>${Object.entries(call.responses).map(answer)}</dl>
</details>
`;
}

function credentials({ security = [] }: Operation): string {
  const names: Readonly<Record<string, string>> = { apiKey: 'an API key', session: 'a session' };
  const accepted = security.flatMap((each) => Object.keys(each)).map((name) => names[name] ?? name);
  return accepted.length === 0 ? 'No credential.' : `Credential: ${accepted.join(' or ')}.`;
}

function parameterTable(parameters: readonly Parameter[]): Html {
  return html`<h3>Parameters</h3>
<table><thead><tr><th>Name</th><th>In</th><th>Value</th><th></th></tr></thead><tbody>
${parameters.map(
  ({ name, in: place, required, schema, description }) => html`<tr>
<th scope="row"><code>${name}</code></th><td>${place}${required ? ', required' : ''}</td>
<td><code>${schemaText(schema)}</code></td><td>${description ?? schemaLimits(schema)}</td></tr>`,
)}
</tbody></table>`;
}

function contents(content: Content): Html[] {
  return Object.entries(content).map(
    ([type, { schema }]) =>
      html`<p><code>${type}</code></p>${schema === undefined ? '' : html`<pre>${schemaText(schema)}</pre>`}`,
  );
}

function answer([status, { description, headers = {}, content = {} }]: [string, Answer]): Html {
  const fields = Object.entries(headers).map(
    ([name, field]) => html`<li><code>${name}</code> ${field.description ?? ''}</li>`,
  );
  return html`<dt>${status}</dt><dd>${description}
${fields.length === 0 ? '' : html`<ul>${fields}</ul>`}${contents(content)}</dd>`;
}
