// A connection for one request only, which remembers whether it was ever open. On a shared connection that has
// been idle, a firewall's silence or a late reset could not be told from a message that was taken. It must
// not know what the request is about.
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';

export interface FreshConnection {
  readonly agent: HttpAgent;
  /** False as long as no byte of the request can have left: no TCP connection, or a TLS handshake not done. */
  readonly hasOpened: () => boolean;
}

/** A connection to be used as the `agent` of one request to `url`. */
export function createFreshConnection(url: string): FreshConnection {
  const isTls = url.startsWith('https:');
  const agent = isTls ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
  const connect = agent.createConnection.bind(agent);
  let isOpen = false;
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    socket?.once(isTls ? 'secureConnect' : 'connect', () => {
      isOpen = true;
    });
    return socket;
  };
  return { agent, hasOpened: () => isOpen };
}
