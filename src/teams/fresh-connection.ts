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

/**
 * A connection to be used as the `agent` of one request to `url`. `mayOpen` is asked at the very last moment, when
 * everything is ready for the request to leave: a process that was stopped until then has no other way to notice.
 * Where it says no the request fails with the code `turn-over`.
 */
export function createFreshConnection(url: string, mayOpen: () => boolean = () => true): FreshConnection {
  const isTls = url.startsWith('https:');
  const agent = isTls ? new HttpsAgent({ keepAlive: false }) : new HttpAgent({ keepAlive: false });
  const connect = agent.createConnection.bind(agent);
  let isOpen = false;
  agent.createConnection = (options, callback) => {
    const socket = connect(options, callback);
    // These come before the request's own listener, which writes it.
    socket?.once('connect', () => {
      if (!mayOpen()) socket.destroy(turnOver());
    });
    socket?.once(isTls ? 'secureConnect' : 'connect', () => {
      isOpen = !socket.destroyed;
      // After a handshake it cannot be told whether the request has left, so it counts as open.
      if (isOpen && !mayOpen()) socket.destroy(turnOver());
    });
    return socket;
  };
  return { agent, hasOpened: () => isOpen };
}

/** What a request fails with that may not leave any more. */
export function turnOver(): Error {
  return Object.assign(new Error('The time in which this could be sent is over.'), { code: 'turn-over' });
}
