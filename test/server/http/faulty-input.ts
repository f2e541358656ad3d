export const rule = (msg: string, type: string, ctx?: Record<string, unknown>) =>
  ctx === undefined ? { msg, type } : { msg, type, ctx };
export type Rule = ReturnType<typeof rule>;

export const extra = rule('extra fields not permitted', 'value_error.extra');
export const absent = rule('field required', 'value_error.missing');
export const isNull = rule('none is not an allowed value', 'type_error.none.not_allowed');
export const noText = rule('str type expected', 'type_error.str');
export const noInteger = rule('value is not a valid integer', 'type_error.integer');
export const noBoolean = rule('value could not be parsed to a boolean', 'type_error.bool');
export const noList = rule('value is not a valid list', 'type_error.list');
export const noObject = rule('value is not a valid dict', 'type_error.dict');
export const control = rule('control or invisible characters are not allowed', 'value_error');
export const unseen = rule('must hold a visible character', 'value_error');
const tooMany = rule('ensure this value holds at most 5000 members and items', 'value_error');
export const tooShort = (limit: number) =>
  rule(`ensure this value has at least ${limit} characters`, 'value_error.any_str.min_length', {
    limit_value: limit,
  });
export const tooLong = (limit: number) =>
  rule(`ensure this value has at most ${limit} characters`, 'value_error.any_str.max_length', {
    limit_value: limit,
  });
export const tooSmall = (limit: number) =>
  rule(`ensure this value is greater than or equal to ${limit}`, 'value_error.number.not_ge', {
    limit_value: limit,
  });
export const tooLarge = (limit: number) =>
  rule(`ensure this value is less than or equal to ${limit}`, 'value_error.number.not_le', {
    limit_value: limit,
  });
export const notIn = (...values: string[]) =>
  rule(
    `value is not a valid enumeration member; permitted: ${values.map((value) => `'${value}'`).join(', ')}`,
    'type_error.enum',
    { enum_values: values },
  );
export const noScope = notIn(
  'repos:read',
  'repos:analyze',
  'extensions:read',
  'extensions:submit',
  'admin:*',
);
export const noScheme = rule('invalid or missing URL scheme', 'value_error.url.scheme');
export const otherScheme = rule('URL scheme not permitted', 'value_error.url.scheme', {
  allowed_schemes: ['http', 'https'],
});
export const noHost = rule('URL host invalid', 'value_error.url.host');
export const notAddress = rule(
  'value is not an IP address or a CIDR block such as 203.0.113.0/24 or 2001:db8::/32',
  'value_error',
);
export const notSubOrg = rule('not an active sub-organization of your organization', 'value_error');
export const notAccount = rule('not an active service account of your organization', 'value_error');

/** The faults of a member beside a good label. */
export const members: [member: Record<string, unknown>, rule: Rule, ...index: number[]][] = [
  [{ label: undefined }, absent],
  [{ label: null }, isNull],
  [{ label: '' }, tooShort(1)],
  [{ label: ' \t\n\u00a0\u3000 ' }, tooShort(1)],
  [{ label: 'x'.repeat(101) }, tooLong(100)],
  [{ label: '🔑'.repeat(101) }, tooLong(100)],
  [{ label: 7 }, noText],
  [{ label: true }, noText],
  [{ label: ['CI'] }, noText],
  [{ label: { a: 1 } }, noText],
  [{ label: 'a\u0000b' }, control],
  [{ label: 'a\u001bb' }, control],
  [{ description: 'x'.repeat(1001) }, tooLong(1000)],
  [{ description: 1 }, noText],
  [{ sub_org_id: '1' }, noInteger],
  [{ sub_org_id: 1.5 }, noInteger],
  [{ sub_org_id: true }, noInteger],
  [{ sub_org_id: [1] }, noInteger],
  [{ sub_org_id: 2 ** 53 }, noInteger],
  [{ sub_org_id: 1e300 }, noInteger],
  [{ sub_org_id: -1 }, notSubOrg],
  [{ sub_org_id: 0 }, notSubOrg],
  [{ sub_org_id: 999_999 }, notSubOrg],
  [{ sub_org_id: 2 ** 53 - 1 }, notSubOrg],
  [{ service_account_id: 7 }, noText],
  [{ service_account_id: 'sa_unknown' }, notAccount],
  [{ service_account_id: 'x\u0000' }, notAccount],
  [{ environment: 'prod' }, notIn('live', 'test')],
  [{ environment: null }, isNull],
  [{ expires_in_days: 0 }, tooSmall(1)],
  [{ expires_in_days: -1 }, tooSmall(1)],
  [{ expires_in_days: 3651 }, tooLarge(3650)],
  [{ expires_in_days: 0.5 }, noInteger],
  [{ expires_in_days: '30' }, noInteger],
  [{ scopes: 'repos:read' }, noList],
  [{ scopes: { 0: 'repos:read' } }, noList],
  [{ scopes: ['repos:read', 'repos:write'] }, noScope, 1],
  [{ scopes: ['repos:*'] }, noScope, 0],
  [{ scopes: [null] }, isNull, 0],
  [{ scopes: [1] }, noText, 0],
  [
    { ip_allow_list: [] },
    rule('ensure this value has at least 1 items', 'value_error.list.min_items', {
      limit_value: 1,
    }),
  ],
  [{ ip_allow_list: ['203.0.113.0/33'] }, notAddress, 0],
  [{ ip_allow_list: ['127.0.0.1', 'localhost'] }, notAddress, 1],
  [{ ip_allow_list: '127.0.0.1' }, noList],
];

export const urls: [url: unknown, rule: Rule][] = [
  [undefined, absent],
  [null, isNull],
  [5, noText],
  ['', tooShort(1)],
  ['  ', tooShort(1)],
  ['github.com/acme/app', noScheme],
  ['https:/github.com', noScheme],
  ['//github.com/acme', noScheme],
  ['javascript:alert(1)', noScheme],
  ['ftp://example.com/a', otherScheme],
  ['file:///etc/passwd', otherScheme],
  ['git+ssh://git@github.com/a', otherScheme],
  ['https://', noHost],
  ['https:// github.com', noHost],
  ['https://exa mple.com/', noHost],
  ['https://github.com\\evil', noHost],
  ['https://[::1', noHost],
  ['https://github.com:99999/', noHost],
  [
    'https://user:secret@github.com/a',
    rule('URL must not contain a user name or password', 'value_error'),
  ],
  [`https://github.com/${'a'.repeat(2083)}`, tooLong(2083)],
];

/** Bodies that are no JSON object. */
export const bodies: [name: string, body: string | Buffer, rule: Rule][] = [
  ['half an object', '{"label": "sec', rule('malformed JSON', 'value_error.jsondecode')],
  ['text', 'secret', rule('malformed JSON', 'value_error.jsondecode')],
  ['single quotes', "{'label': 'secret'}", rule('malformed JSON', 'value_error.jsondecode')],
  ['a comma too many', '{"label": "secret",}', rule('malformed JSON', 'value_error.jsondecode')],
  ['NaN', '{"label": NaN}', rule('malformed JSON', 'value_error.jsondecode')],
  [
    'invalid UTF-8',
    Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    rule('malformed JSON', 'value_error.jsondecode'),
  ],
  [
    'an overlong encoding',
    Buffer.from([0x22, 0xc0, 0x80, 0x22]),
    rule('malformed JSON', 'value_error.jsondecode'),
  ],
  [
    'UTF-16',
    Buffer.from('{"label":"CI"}', 'utf16le'),
    rule('malformed JSON', 'value_error.jsondecode'),
  ],
  ['a list', '[{"label": "CI"}]', noObject],
  ['a string', '"CI"', noObject],
  ['null', 'null', noObject],
  ['a number', '1', noObject],
  ['an array 5,000 deep', '['.repeat(5_000) + ']'.repeat(5_000), noObject],
  ['an array 500,000 deep', '['.repeat(500_000) + ']'.repeat(500_000), tooMany],
  ['a list of 5,001 lists', `{"extra":[${'[],'.repeat(5_000)}[]]}`, tooMany],
  ['an object of 20,000 members', `{${'"a":1,'.repeat(20_000)}"b":1}`, tooMany],
];
