// What Azure Pipelines sends for a task without an agent: the task's definition, its inputs, the service connection and
// the run's variables become one HTTP request. Facts: azure-pipelines-tasks, Tasks/InvokeRestApiV1/task.json and
// docs/authoring/servertaskauthoring.md. It sends nothing, and knows nothing about PipeBot.

export type Texts = Readonly<Record<string, string>>;

/** What of a `task.json` decides about the request. */
export interface TaskDefinition {
  readonly name: string;
  readonly inputs: readonly TaskInput[];
  readonly execution: {
    readonly HttpRequest: { readonly Execute: HttpTemplate; readonly Cancel?: HttpTemplate };
  };
}
export interface TaskInput {
  readonly name: string;
  readonly aliases?: readonly string[];
  readonly type: string;
  readonly defaultValue?: string;
  readonly required?: boolean;
  readonly options?: Texts;
  readonly properties?: Texts;
}
export interface HttpTemplate {
  readonly EndpointId: string;
  readonly EndpointUrl: string;
  readonly Method: string;
  readonly Headers: string;
  readonly Body: string;
  readonly WaitForCompletion?: string;
  readonly Expression?: string;
}

export interface ServiceConnection {
  /** Its name or its id, as the task's input gives it. */
  readonly name: string;
  readonly url: string;
  readonly authorization: /** The type Generic. Without both, nothing is sent. */
    | { readonly scheme: 'basic'; readonly username?: string; readonly password?: string }
    /** A type with endpoint-auth-scheme-token; its header as the extension's manifest gives it. */
    | { readonly scheme: 'token'; readonly apiToken: string; readonly header?: string };
}

export interface TaskRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Texts;
  readonly body?: string;
  /** Callback, and not ApiResponse. */
  readonly waitForCompletion: boolean;
  readonly successCriteria: string;
}

export interface TaskCall {
  readonly task: TaskDefinition;
  readonly inputs: Texts;
  readonly connection: ServiceConnection;
  /** System and user variables, `Build.SourceBranch` and the like. */
  readonly variables: Texts;
  readonly phase?: 'Execute' | 'Cancel';
}

/** The designer takes no more in headers and body. */
const MAX_MULTILINE_LENGTH = 2_000;
const METHODS = ['OPTIONS', 'GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'TRACE', 'PATCH'];
const RUN_HEADERS = {
  'Content-Type': 'application/json',
  PlanUrl: '$(system.CollectionUri)',
  ProjectId: '$(system.TeamProjectId)',
  HubName: '$(system.HostType)',
  PlanId: '$(system.PlanId)',
  JobId: '$(system.JobId)',
  TimelineId: '$(system.TimelineId)',
  TaskInstanceId: '$(system.TaskInstanceId)',
  AuthToken: '$(system.AccessToken)',
};

/** InvokeRESTAPI@1 with a connection of the type Generic. */
export const INVOKE_REST_API: TaskDefinition = {
  name: 'InvokeRESTAPI',
  inputs: [
    {
      name: 'connectedServiceNameSelector',
      aliases: ['connectionType'],
      type: 'pickList',
      defaultValue: 'connectedServiceName',
      options: { connectedServiceName: 'Generic' },
    },
    {
      name: 'connectedServiceName',
      aliases: ['serviceConnection', 'genericService'],
      type: 'connectedService:Generic',
      required: true,
    },
    {
      name: 'method',
      type: 'pickList',
      defaultValue: 'POST',
      options: Object.fromEntries(METHODS.map((method) => [method, method])),
    },
    { name: 'headers', type: 'multiLine', defaultValue: JSON.stringify(RUN_HEADERS) },
    { name: 'body', type: 'multiLine' },
    { name: 'urlSuffix', type: 'string' },
    {
      name: 'waitForCompletion',
      type: 'pickList',
      defaultValue: 'false',
      options: { true: 'Callback', false: 'ApiResponse' },
    },
    { name: 'successCriteria', type: 'string' },
  ],
  execution: {
    HttpRequest: {
      Execute: {
        EndpointId: '$(connectedServiceName)',
        EndpointUrl: '$(endpoint.url)$(urlSuffix)',
        Method: '$(method)',
        Headers: '$(headers)',
        Body: '$(body)',
        WaitForCompletion: '$(waitForCompletion)',
        Expression: '$(successCriteria)',
      },
    },
  },
};

/** Throws what Azure Pipelines would fail the task with, before it sends anything. */
export function expandTaskRequest(call: TaskCall): TaskRequest {
  const { task, connection, variables, phase = 'Execute' } = call;
  const template = task.execution.HttpRequest[phase];
  if (!template) throw new Error(`${task.name} has no section ${phase}`);
  const values = inputValues(call);
  const expand = (text = '') =>
    expandMacros(text, { ...variables, 'endpoint.url': connection.url, ...values });
  if (expand(template.EndpointId) !== connection.name)
    throw new Error(`there is no service connection "${expand(template.EndpointId)}"`);
  const method = expand(template.Method);
  const body = ['GET', 'HEAD'].includes(method) ? '' : expand(template.Body);
  return {
    method,
    url: sentUrl(expand(template.EndpointUrl)),
    headers: { ...readHeaders(expand(template.Headers)), ...authorizationOf(connection) },
    ...(body === '' ? {} : { body }),
    waitForCompletion: expand(template.WaitForCompletion) === 'true',
    successCriteria: expand(template.Expression),
  };
}

/**
 * Replaces `$(name)`; names are compared without regard to case, and what nobody has set stays as it is. What is put in
 * is not looked at again.
 */
export function expandMacros(text: string, values: Texts): string {
  const byName = new Map(Object.entries(values).map(([name, value]) => [name.toLowerCase(), value]));
  return text.replace(/\$\(([^()]+)\)/g, (macro, name: string) => byName.get(name.toLowerCase()) ?? macro);
}

function inputValues({ task, inputs, variables }: TaskCall): Texts {
  const isOf = (given: string) => (input: TaskInput) =>
    [input.name, ...(input.aliases ?? [])].some((name) => name.toLowerCase() === given.toLowerCase());
  for (const given of Object.keys(inputs)) {
    if (!task.inputs.some(isOf(given))) throw new Error(`${task.name} has no input ${given}`);
  }
  return Object.fromEntries(
    task.inputs.map((input) => {
      const given = Object.entries(inputs).find(([name]) => isOf(name)(input))?.[1];
      const typed = given ?? input.defaultValue ?? '';
      checkInput(input, typed);
      return [input.name, expandMacros(typed, variables)];
    }),
  );
}

function checkInput({ name, type, required, options, properties }: TaskInput, typed: string): void {
  if (required === true && typed === '') throw new Error(`the input ${name} is missing`);
  if (type === 'multiLine' && typed.length > MAX_MULTILINE_LENGTH)
    throw new Error(
      `the input ${name} has ${typed.length} characters, and at most ${MAX_MULTILINE_LENGTH} are taken`,
    );
  const isFree = properties?.['EditableOptions'] === 'True';
  if (options && !isFree && !Object.keys(options).includes(typed))
    throw new Error(`the input ${name} cannot be "${typed}"`);
}

/** As .NET sends it: what may not stand in a URL is escaped, and what follows a # is kept at home. */
function sentUrl(text: string): string {
  const url = new URL(text);
  url.hash = '';
  return url.href;
}

function readHeaders(text: string): Texts {
  if (text.trim() === '') return {};
  let headers: unknown;
  try {
    headers = JSON.parse(text);
  } catch (cause) {
    throw new Error('the headers are no JSON', { cause });
  }
  if (typeof headers !== 'object' || headers === null || Array.isArray(headers))
    throw new Error('the headers are no JSON object');
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

function authorizationOf({ authorization }: ServiceConnection): Texts {
  if (authorization.scheme === 'token') {
    const { apiToken, header = '{{endpoint.apitoken}}' } = authorization;
    return { Authorization: header.replaceAll('{{endpoint.apitoken}}', apiToken) };
  }
  const { username = '', password = '' } = authorization;
  if (username === '' && password === '') return {};
  return { Authorization: `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}` };
}
