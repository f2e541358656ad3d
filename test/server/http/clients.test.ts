import { execFile, spawnSync } from 'node:child_process';
import { expect, type TestContext, test } from 'vitest';
import { demoIds, issueKey, revokeKey } from '../../support/issued-keys.ts';
import { onBothDatabases, startServerOn } from '../../support/server.ts';

/** Runs a program to its end without blocking the server that it calls. */
function run(program: string, args: readonly string[], env: Record<string, string>) {
  return new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
    const settings = { env: { ...process.env, ...env }, timeout: 15_000 };
    execFile(program, args, settings, (error, stdout, stderr) => {
      resolve({
        code: typeof error?.code === 'number' ? error.code : error ? 1 : 0,
        stdout,
        stderr,
      });
    });
  });
}

function needs(context: TestContext, program: string): void {
  if (spawnSync(program, ['--version']).status !== 0) context.skip(`${program} is not installed`);
}

const shell = (script: string, env: Record<string, string>) => run('sh', ['-c', script], env);

const list = `curl -sS -H "Authorization: Bearer $REPORISK_API_KEY" \\
  $BASE/api/v1/repos`;

const analyze = `curl -sS -w '\\n%{http_code}' -X POST $BASE/api/v1/repos/analyze \\
  -H "Authorization: Bearer $REPORISK_API_KEY" -H "Content-Type: application/json" \\
  -d '{"url": "https://git.invalid/acme-security/by-curl"}'`;

const upload = `printf 'PK\\003\\004' > "$DIRECTORY/a.vsix"
curl -sS -w '\\n%{http_code}' $BASE/api/v1/extensions/upload \\
  -H "Authorization: Bearer $REPORISK_API_KEY" -F "file=@$DIRECTORY/a.vsix"`;

const python = `
import json, os, urllib.error, urllib.request

base = os.environ["BASE"]
headers = {"Authorization": f"Bearer {os.environ['REPORISK_API_KEY']}"}

def call(path, body=None):
    data = None if body is None else json.dumps(body).encode()
    extra = {} if body is None else {"Content-Type": "application/json"}
    request = urllib.request.Request(base + path, data=data, headers={**headers, **extra})
    try:
        with urllib.request.urlopen(request) as response:
            return response.status, json.load(response)
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)

status, repos = call("/api/v1/repos")
submitted = call("/api/v1/repos/analyze", {"url": "https://git.invalid/acme-security/by-python"})
polled = call(f"/api/v1/jobs/{submitted[1].get('job_id')}")
invalid = call("/api/v1/repos/analyze", {})
missing = call("/api/v1/repos/999999")
print(json.dumps({"repos": [status, len(repos.get("items", []))], "submitted": submitted,
                  "polled": [polled[0], polled[1].get("status")], "invalid": invalid,
                  "missing": missing, "key": call("/api/v1/key")[1]}))
`;

onBothDatabases((kind) => {
  test('curl, as in the documentation: list, submit, upload, revoked', async (context) => {
    needs(context, 'curl');
    await using server = await startServerOn(kind);
    const { id, raw } = await issueKey(server);
    const env = { REPORISK_API_KEY: raw, BASE: server.url, DIRECTORY: server.uploads };
    const listed = await shell(list, env);
    expect(listed).toMatchObject({ code: 0, stderr: '' });
    expect(JSON.parse(listed.stdout)).toMatchObject({ items: { length: 5 }, next_cursor: null });
    for (const script of [analyze, upload]) {
      const { code, stdout } = await shell(script, env);
      const [body = '', status] = stdout.split('\n');
      expect([code, status]).toEqual([0, '202']);
      expect(JSON.parse(body)).toMatchObject({ status: 'queued' });
    }
    await revokeKey(server, id);
    const refused = await shell(`${list} -i`, env);
    expect(refused.stdout).toMatch(/^HTTP\/1\.1 401 /);
    expect(refused.stdout).toMatch(/^www-authenticate: Bearer\r$/im);
    expect(refused.stdout).toMatch(/\{"detail":"Invalid API key"\}$/);
  });

  test('Python, with its standard library: list, submit, poll, errors', async (context) => {
    needs(context, 'python3');
    await using server = await startServerOn(kind);
    const { mobile } = await demoIds(server);
    const { id, raw } = await issueKey(server, { sub_org_id: mobile });
    const env = { REPORISK_API_KEY: raw, BASE: server.url };
    const { code, stdout, stderr } = await run('python3', ['-c', python], env);
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      repos: [200, 2],
      submitted: [202, { status: 'queued' }],
      polled: [200, 'queued'],
      invalid: [
        422,
        { detail: [{ loc: ['body', 'url'], msg: 'field required', type: 'value_error.missing' }] },
      ],
      missing: [404, { detail: 'Repository not found' }],
      key: { id, sub_org_id: mobile },
    });
  });
});
