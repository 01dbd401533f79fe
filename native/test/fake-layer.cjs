/*
 * A Node layer that does what a test says: the module named by the command's last argument exports a Command. It
 * speaks the protocol with the layer's own session, so that what it sends is what railcar sends.
 */
const fs = require('node:fs');
const path = require('node:path');

const SOCKET = 3;
const root = path.resolve(path.dirname(fs.realpathSync(__filename)), '../..');

const transport = {
  async read(length) {
    const bytes = Buffer.alloc(length);
    for (let done = 0; done < length; ) {
      const got = fs.readSync(SOCKET, bytes, done, length - done, null);
      if (got === 0) return null;
      done += got;
    }
    return bytes;
  },
  async write(bytes) {
    for (let done = 0; done < bytes.length; ) done += fs.writeSync(SOCKET, bytes, done);
  },
};

async function main() {
  const { serveSession } = await import(path.join(root, 'src/execute/session.ts'));
  const { buildId } = await import(path.join(root, 'src/execute/build-id.ts'));
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8'));
  await serveSession(transport, buildId(version), async (request, hands) => {
    const script = await import(request.argv.at(-1));
    return script.default(request, hands, transport);
  });
}

main().catch((error) => {
  // Standard error is /dev/null, as for the real layer.
  const log = process.argv[1].replace(/railcar\.cjs$/, 'error.log');
  fs.writeFileSync(log, `${error.stack}\n`);
  process.exit(70);
});
