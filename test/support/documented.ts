import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { allDialects, type Dialect } from '../../core/mod.ts';
import { routesOf } from '../../server/rest/dialects/routes.ts';
import { openApiDocument } from '../../server/rest/openapi.ts';

interface Content {
  readonly schema?: object;
}

interface Answer {
  readonly headers?: Readonly<Record<string, { readonly required?: boolean }>>;
  readonly content?: Readonly<Record<string, Content>>;
}

interface Operation {
  readonly responses: Readonly<Record<string, Answer>>;
}

type Paths = Readonly<Record<string, Readonly<Record<string, Operation>>>>;

/** The description of the API with some dialects, and how to judge an answer by it. */
function describedWith(dialects: readonly Dialect[]) {
  const document = openApiDocument(routesOf(dialects));
  const { paths } = document as { readonly paths: Paths };
  const ajv = new Ajv2020({ strict: false, allErrors: true });
  formats.default(ajv);
  ajv.addSchema(document, 'openapi');
  const validators = new Map<string, ValidateFunction>();
  return {
    ajv,
    /** The paths with their operations; those without parameters come first. */
    places: Object.entries(paths)
      .map(([path, operations]) => ({ path, operations, pattern: patternOf(path) }))
      .sort((one, other) => Number(one.path.includes('{')) - Number(other.path.includes('{'))),
    /** The validator of a part of the document, by the names that lead to it. */
    validatorOf(...names: readonly string[]): ValidateFunction {
      const escaped = names.map((name) => name.replaceAll('~', '~0').replaceAll('/', '~1'));
      const $ref = `openapi#/${encodeURI(escaped.join('/'))}`;
      const validator = validators.get($ref) ?? ajv.compile({ $ref });
      validators.set($ref, validator);
      return validator;
    },
  };
}

const described = new Map<string, ReturnType<typeof describedWith>>();

function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('{path}', '.*').replaceAll(/\{\w+\}/g, '[^/]+')}$`);
}

/**
 * Asserts that an answer is one that the description of the API promises: its status, the headers and the
 * body. Answers of paths that it does not describe may be refusals, or those of other parts of the product.
 *
 * @param dialects - those that are on beside `reporisk`.
 * @returns the answer, to be read.
 * @throws with what differs.
 */
export async function documented(
  method: string,
  target: string,
  response: Response,
  dialects: readonly string[] = [],
): Promise<Response> {
  const on = allDialects.filter((each) => each === 'reporisk' || dialects.includes(each));
  const api = described.get(on.join()) ?? describedWith(on);
  described.set(on.join(), api);
  const { ajv, places, validatorOf } = api;
  const pathname = target.replace(/\?.*$/s, '');
  const { status, headers } = response;
  const place = places.find(({ pattern }) => pattern.test(pathname));
  const says = (fault: string) =>
    new Error(`${method} ${target} answered ${status}, and the description of the API ${fault}`);
  if (place === undefined) {
    if (pathname.startsWith('/api/') && status < 400) throw says('has no such path');
    return response;
  }
  // Every method is judged alike there.
  const asked = place.path.startsWith('/auth/verify') || method === 'HEAD' ? 'GET' : method;
  const name = asked.toLowerCase();
  const operation = place.operations[name];
  if (operation === undefined) {
    if (status !== 405) throw says('has no such method');
    return response;
  }
  const answer = operation.responses[status];
  if (answer === undefined) throw says('has no such status');
  const way = ['paths', place.path, name, 'responses', String(status)];
  for (const [header, { required }] of Object.entries(answer.headers ?? {})) {
    const value = headers.get(header);
    if (value === null && required === true) throw says(`requires ${header}`);
    const validate = validatorOf(...way, 'headers', header, 'schema');
    if (value !== null && !validate(value)) throw says(`has another ${header} than ${value}`);
  }
  if (method === 'HEAD') return response;
  const type = headers.get('content-type')?.replace(/;.*$/s, '') ?? null;
  if (answer.content === undefined) {
    if (type !== null) throw says(`has no body, unlike this one of ${type}`);
    return response;
  }
  const content = type === null ? undefined : answer.content[type];
  if (type === null || content === undefined) throw says(`has no body of ${type}`);
  if (content.schema === undefined) return response;
  const text = await response.clone().text();
  const validate = validatorOf(...way, 'content', type, 'schema');
  if (validate(JSON.parse(text))) return response;
  throw says(`has another body: ${ajv.errorsText(validate.errors)} in ${text.slice(0, 2000)}`);
}
