import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { RailcarError } from '../../errors.ts';

/**
 * Listens for the container's createRuntime hook, which waits until `begin` is done with the container's pid: then its root is
 * mounted, and nothing of it has been executed.
 */
export async function listenForHook(path: string, begin: (pid: number) => Promise<void>): Promise<Server> {
  const server = createServer({ allowHalfOpen: true }, (socket) => void answer(socket, begin));
  server.listen(path);
  await once(server, 'listening');
  return server;
}

async function answer(socket: Socket, begin: (pid: number) => Promise<void>): Promise<void> {
  socket.on('error', () => {});
  try {
    const { pid } = JSON.parse(await text(socket)) as { readonly pid: number };
    await begin(pid);
    socket.end();
  } catch (error) {
    socket.end(error instanceof Error ? error.message : String(error));
  }
}

/** The hook itself: passes the container's state on, and fails if it is told why. */
export async function hook(path: string): Promise<void> {
  const socket = connect({ path, allowHalfOpen: true });
  process.stdin.pipe(socket);
  const problem = await text(socket);
  if (problem !== '') throw new RailcarError('operation-failed', problem);
}
