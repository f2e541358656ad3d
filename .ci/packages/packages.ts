/** A published package. */
export interface Package {
  /** Its folder under `dist/`; `NAME.md` beside this file is its README. */
  readonly folder: string;
  readonly name: string;
  readonly description: string;
  readonly engines: { readonly node: string };
  /** The sources that a service imports, by the name of the export. Their types are published too. */
  readonly exports: Readonly<Record<string, string>>;
  /** The sources that a shell starts, by the name of the command. */
  readonly commands: Readonly<Record<string, string>>;
  /** Built folders that are taken as they are, where they exist. */
  readonly copied: readonly string[];
  /** Whether a package comes with this one; the others are optional peers. */
  readonly requires: (dependency: string) => boolean;
}

/** For services that embed the product. */
export const library: Package = {
  folder: 'api-access',
  name: '@reporisk/api-access',
  description: 'API keys of RepoRisk: their format, verification and policy; a typed client.',
  engines: { node: '>=20.19' },
  exports: {
    core: 'core/mod',
    format: 'core/format',
    store: 'server/store',
    client: 'server/client',
    testing: 'core/testing',
    'node-hashing': 'server/crypto/node-hashing',
  },
  commands: {},
  copied: [],
  // Of the others, only a service with a database or the client has need.
  requires: (dependency) => dependency === '@noble/hashes',
};

/** For operators: the server, its command line and the console. */
export const server: Package = {
  folder: 'api-access-server',
  name: '@reporisk/api-access-server',
  description: 'The server of RepoRisk API Access, its command line, and the console.',
  engines: { node: '>=24' },
  exports: {},
  commands: { reporisk: 'server/cli/main', 'reporisk-server': 'server/main' },
  copied: ['console/dist'],
  requires: () => true,
};
