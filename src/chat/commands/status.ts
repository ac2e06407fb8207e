// `status`: is the base ready? Without a name, how all services stand.
import { toBranchRef } from '../../domain/branch.ts';
import type { ServiceCatalog } from '../../domain/service.ts';
import type { FindSubject } from '../../usecases/find-subject.ts';
import type { GetStatus } from '../../usecases/get-status.ts';
import type { ChatCommand, CommandDescription } from '../command.ts';
import { remark } from '../remark-reply.ts';

export const STATUS: CommandDescription = {
  name: 'status',
  aliases: ['ready'],
  usage: 'status [service] [branch]',
  summary: 'Is the base ready for a service? Without a name: how all services stand.',
  help: 'Says whether the base of a service is ready, and why. A plain question and a pasted link do as well.',
  examples: ['status payments', 'status payments feature/tax', 'is base ready for payments on develop?'],
  maxArguments: 2,
};

/** More rows than this make no readable card. */
const MAX_ROWS = 15;

export function createStatusCommand(ports: {
  readonly catalog: ServiceCatalog;
  readonly findSubject: FindSubject;
  readonly getStatus: GetStatus;
}): ChatCommand {
  async function overview() {
    const { services } = ports.catalog;
    const shown = services.slice(0, MAX_ROWS);
    const answers = await Promise.all(
      shown.map((service) => ports.getStatus({ named: { kind: 'service', service } })),
    );
    return { content: { kind: 'overview', answers, omitted: services.length - shown.length } } as const;
  }

  return {
    description: STATUS,
    async run({ words }) {
      const [word, typedBranch] = words;
      if (word === undefined) return overview();
      const branch = typedBranch === undefined ? undefined : toBranchRef(typedBranch);
      if (typedBranch !== undefined && branch === undefined)
        return remark({ code: 'branch-invalid', typed: typedBranch });
      const found = await ports.findSubject(word);
      if ('remark' in found) return remark(found.remark);
      const asked = branch ?? found.subject.branch;
      const answer = await ports.getStatus({
        named: found.subject.named,
        ...(asked === undefined ? {} : { branch: asked }),
      });
      return { content: { kind: 'status', answer } };
    },
  };
}
