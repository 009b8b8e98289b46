/** A guarded connection as the socket that the libraries of other protocols want. */
import { Socket } from 'node:net';
import type { ConnectRequest, Network } from '../src/core/executor.ts';

/** Throws as `network.connect` does. */
export async function openSocket(network: Network, request: ConnectRequest): Promise<Socket> {
  const stream = await network.connect(request);
  if (!(stream instanceof Socket)) throw new TypeError('The network of this process opens no sockets');
  return stream;
}
