/** Names that typosquats imitate, and real names that lie close to them. */
const npm = `react react-dom preact express lodash underscore axios chalk color colors commander debug
  moment request semver rimraf mkdirp minimist yargs uuid dotenv webpack rollup eslint tslint eclint dtslint
  prettier typescript ttypescript mocha jasmine karma cross-env cross-spawn body-parser cookie-parser mongoose
  mongodb mysql mysql2 sequelize socket.io socket.io-client jsonwebtoken bcrypt bcryptjs nodemailer
  puppeteer playwright cheerio ethers web3 discord.js electron fs-extra glob-parent node-fetch
  node-sass styled-components redux react-redux react-router react-router-dom angular jquery
  bootstrap tailwindcss postcss autoprefixer babel-core babel-loader babel-cli vite vitest esbuild
  next nuxt svelte fastify koa hapi winston pino bluebird async inquirer enquirer shelljs nodemon
  passport validator ua-parser-js event-stream crypto-js rxjs zod knex redis ioredis`;
const python = `requests request urllib3 numpy pandas scipy matplotlib tensorflow torch torchvision
  django flask fastapi pydantic sqlalchemy psycopg2 psycopg boto3 botocore cryptography pillow
  beautifulsoup4 selenium scrapy pytest setuptools wheel virtualenv colorama click jinja2 pyyaml
  python-dateutil pytz certifi charset-normalizer idna paramiko pycrypto pycryptodome
  pycryptodomex tqdm openai anthropic transformers scikit-learn opencv-python discord.py aiohttp
  httpx uvicorn gunicorn celery redis pymongo docutils jupyter notebook`;

const listed = (names: string) => new Set(names.split(/\s+/));

export const knownPackages = { npm: listed(npm), python: listed(python) };

/**
 * The well-known package that a name imitates: one letter added, left out, changed, or two
 * neighbours exchanged, or other separators. Null for the package itself, and for names under five
 * letters, which lie close to each other by chance.
 */
export function imitated(name: string, known: ReadonlySet<string>): string | null {
  if (known.has(name) || name.startsWith('@') || name.length < 5) return null;
  for (const each of known) {
    if (each.length >= 5 && (isOneEdit(name, each) || sameLetters(name, each))) return each;
  }
  return null;
}

const sameLetters = (name: string, other: string) =>
  name.replaceAll(/[-_.]/g, '') === other.replaceAll(/[-_.]/g, '');

function isOneEdit(name: string, other: string): boolean {
  if (Math.abs(name.length - other.length) > 1) return false;
  let start = 0;
  while (start < name.length && name[start] === other[start]) start += 1;
  const rest = name.slice(start);
  const otherRest = other.slice(start);
  return (
    rest.slice(1) === otherRest.slice(1) ||
    rest.slice(1) === otherRest ||
    rest === otherRest.slice(1) ||
    (rest[0] === otherRest[1] && rest[1] === otherRest[0] && rest.slice(2) === otherRest.slice(2))
  );
}
