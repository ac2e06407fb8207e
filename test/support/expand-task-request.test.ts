import { describe, expect, it } from 'vitest';
import {
  expandMacros,
  expandTaskRequest,
  INVOKE_REST_API,
  type ServiceConnection,
  type TaskDefinition,
} from './expand-task-request.ts';

const CONNECTION: ServiceConnection = {
  name: 'generic',
  url: 'https://gate.example.com',
  authorization: { scheme: 'basic', username: 'me', password: 'pässword' },
};
const VARIABLES = { 'System.PlanId': 'plan-1', 'Build.BuildId': '7' };

const invoke = (inputs: Record<string, string>, connection = CONNECTION) =>
  expandTaskRequest({
    task: INVOKE_REST_API,
    inputs: { serviceConnection: connection.name, ...inputs },
    connection,
    variables: VARIABLES,
  });

describe('InvokeRESTAPI@1', () => {
  it('with nothing but its connection posts the ids of the run, and takes the answer for the verdict', () => {
    expect(invoke({})).toEqual({
      method: 'POST',
      url: 'https://gate.example.com/',
      headers: {
        'Content-Type': 'application/json',
        PlanUrl: '$(system.CollectionUri)',
        ProjectId: '$(system.TeamProjectId)',
        HubName: '$(system.HostType)',
        PlanId: 'plan-1',
        JobId: '$(system.JobId)',
        TimelineId: '$(system.TimelineId)',
        TaskInstanceId: '$(system.TaskInstanceId)',
        AuthToken: '$(system.AccessToken)',
        Authorization: `Basic ${Buffer.from('me:pässword').toString('base64')}`,
      },
      waitForCompletion: false,
      successCriteria: '',
    });
  });

  it.each([
    ['a suffix is put behind the address as it is', { urlSuffix: '/x?b=$(build.buildid)' }, '/x?b=7'],
    ['a quotation mark and a blank are escaped', { urlSuffix: '/x?b=a" b' }, '/x?b=a%22%20b'],
    ['what follows a # is never sent', { urlSuffix: '/x?b=fix#12&c=1' }, '/x?b=fix'],
  ])('%s', (_, inputs, suffix) => {
    expect(invoke(inputs).url).toBe(`https://gate.example.com${suffix}`);
  });

  it('sends a body with POST and none with GET', () => {
    const body = '{"id":$(Build.BuildId)}';
    expect(invoke({ body }).body).toBe('{"id":7}');
    expect(invoke({ body, method: 'GET' })).not.toHaveProperty('body');
  });

  it('sends no credentials that the connection does not have', () => {
    const bare: ServiceConnection = { ...CONNECTION, authorization: { scheme: 'basic' } };
    expect(invoke({}, bare).headers).not.toHaveProperty('Authorization');
  });

  it('waits to be called back when told to', () => {
    expect(invoke({ waitForCompletion: 'true' }).waitForCompletion).toBe(true);
  });

  it.each<[string, Record<string, string>, string]>([
    ['an input that it does not have', { suffix: '/x' }, 'has no input suffix'],
    ['a connection that is not there', { serviceConnection: 'other' }, 'no service connection "other"'],
    ['no connection', { serviceConnection: '' }, 'connectedServiceName is missing'],
    ['a method that is none', { method: 'ASK' }, 'method cannot be "ASK"'],
    ['headers that are no JSON', { headers: '{"a": "b"c"}' }, 'no JSON'],
    ['headers that are a list', { headers: '[]' }, 'no JSON object'],
    ['headers that are too long', { headers: ' '.repeat(2_001) }, '2001 characters'],
    ['a body that is too long', { body: ' '.repeat(2_001) }, '2001 characters'],
  ])('refuses %s', (_, inputs, sentence) => {
    expect(() => invoke(inputs)).toThrow(sentence);
  });

  it('takes 2,000 characters as typed, however long they become', () => {
    const variables = { long: 'x'.repeat(3_000) };
    const inputs = { serviceConnection: 'generic', body: '$(long)' };
    const call = { task: INVOKE_REST_API, connection: CONNECTION, inputs, variables };
    expect(expandTaskRequest(call).body).toHaveLength(3_000);
    expect(invoke({ body: ' '.repeat(2_000) }).body).toHaveLength(2_000);
  });
});

describe('macros', () => {
  it('are replaced whatever their case, once, and stay where nobody set them', () => {
    expect(expandMacros('$(A)$(b) $(c) $((1+2)) $ (a)', { a: '$(b)', B: 'B' })).toBe(
      '$(b)B $(c) $((1+2)) $ (a)',
    );
  });

  it('may hold what looks like a pattern', () => {
    expect(expandMacros('<$(a)>', { a: "$&$'$1" })).toBe("<$&$'$1>");
  });
});

describe('a task of our own', () => {
  const task: TaskDefinition = {
    name: 'Own',
    inputs: [
      { name: 'connection', type: 'connectedService:own', required: true },
      { name: 'service', type: 'pickList', options: {}, properties: { EditableOptions: 'True' } },
      { name: 'branch', type: 'string', defaultValue: '$(Build.SourceBranch)' },
    ],
    execution: {
      HttpRequest: {
        Execute: {
          ...{ EndpointId: '$(connection)', EndpointUrl: '$(endpoint.url)/$(service)', Method: 'POST' },
          ...{ Headers: '{"Run":"$(Build.BuildId)"}', Body: '$(branch)', WaitForCompletion: 'true' },
        },
        Cancel: {
          ...{ EndpointId: '$(connection)', EndpointUrl: '$(endpoint.url)/$(service)/cancel' },
          ...{ Method: 'DELETE', Headers: '', Body: '' },
        },
      },
    },
  };
  const connection: ServiceConnection = {
    ...CONNECTION,
    authorization: { scheme: 'token', apiToken: 'secret', header: 'Bearer {{endpoint.apitoken}}' },
  };
  const inputs = { connection: 'generic', service: 'payments' };
  const variables = { 'Build.BuildId': '7', 'Build.SourceBranch': '$(Build.BuildId)' };

  it('sends what its section Execute says, with the token as the connection type wants it', () => {
    expect(expandTaskRequest({ task, inputs, connection, variables })).toEqual({
      method: 'POST',
      url: 'https://gate.example.com/payments',
      headers: { Run: '7', Authorization: 'Bearer secret' },
      body: '$(Build.BuildId)',
      waitForCompletion: true,
      successCriteria: '',
    });
  });

  it('sends what its section Cancel says', () => {
    const sent = expandTaskRequest({ task, inputs, connection, variables, phase: 'Cancel' });
    expect(sent).toMatchObject({ method: 'DELETE', url: 'https://gate.example.com/payments/cancel' });
    expect(sent).not.toHaveProperty('body');
  });

  it('sends the bare token when its connection type says nothing', () => {
    const bare: ServiceConnection = {
      ...connection,
      authorization: { scheme: 'token', apiToken: 'secret' },
    };
    expect(expandTaskRequest({ task, inputs, connection: bare, variables }).headers).toMatchObject({
      Authorization: 'secret',
    });
  });
});
