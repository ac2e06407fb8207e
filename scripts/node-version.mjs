// Says one clear sentence where Node is too old to run TypeScript files directly. Written so that Node 12
// can still parse it; it must import nothing.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `PipeBot needs Node 22.18 or newer and this is Node ${process.versions.node}. ` +
      '"npm ci" brings Node along for Linux, macOS and Windows on x64 (and arm64 on Linux and macOS), ' +
      'unless optional packages are switched off: run it without --omit=optional, or install a newer Node.\n',
  );
  process.exit(1);
}
