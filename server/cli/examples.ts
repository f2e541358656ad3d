/** What to type, by the name of a command: the part after `npm run cli --`. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  migrate: ['migrate'],
  doctor: ['doctor', 'doctor --json'],

  completion: ['completion bash > ~/.reporisk-completion && . ~/.reporisk-completion'],
  'org add': ['org add --clerk-id org_2ab --name Acme --tier 3'],
  'org set-tier': [
    'org set-tier --clerk-id org_2ab --tier 1',
    'org set-tier --clerk-id org_2ab --tier clerk',
  ],
  'org list': ['org list'],
  'sub-org add': ['sub-org add --org org_2ab --name Payments'],
  'sub-org archive': ['sub-org archive 7'],
  'sub-org list': ['sub-org list --org org_2ab'],
  'keys list': [
    'keys list --org org_2ab --status active',
    'keys list --search "CI pipeline" --json',
  ],
  'keys import': ['keys import ./keys.jsonl'],
  'keys revoke': ['keys revoke key_01H2XA9CKEB7WZG8RMN2KPQV7A --reason "laptop lost"'],
  'secret status': ['secret status'],
  'secret change': ['secret change'],
  'secret move': ['secret move'],
  'secret verification': ['secret verification'],
  'audit verify': ['audit verify', 'audit verify --head 1200:9f86…'],
  'audit export': ['audit export > audit.ndjson'],
  'jobs list': ['jobs list'],
  'jobs cancel': ['jobs cancel job_01H2XA9CKEB7WZG8RMN2KPQV7A'],
  'usage prune': ['usage prune --days 30'],
  restore: ['restore', 'restore --accept --journal ./audit.ndjson'],
  session: ['session --persona parent-admin'],
};
