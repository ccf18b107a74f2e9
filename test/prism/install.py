"""Install Prism from the npm registry, if Node is recent enough to run it: ``install.py DIRECTORY``."""

import shutil
import subprocess
import sys

# The last Prism that runs on Node 18 and 20. Its dependencies are pinned where npm would install newer versions.
PACKAGES = ['@stoplight/prism-cli@5.14.2', '@stoplight/prism-core@5.8.0', '@stoplight/prism-http@5.12.0',
            '@stoplight/prism-http-server@5.12.2']
OLDEST_NODE = (18, 20, 1)

# Installing usually takes half a minute. npm retries for a long time if it cannot reach or verify the registry.
TIMEOUT = 300


def node_version():
    """Return the version of the Node on the PATH as a tuple, empty if there is none."""
    node = shutil.which('node')
    output = subprocess.check_output([node, '--version']).decode('ascii') if node else ''
    return tuple(int(number) for number in output.strip().lstrip('v').split('.') if number)


def install(directory):
    """Install Prism, or print why it is not installed."""
    npm = shutil.which('npm')
    if npm is None or node_version() < OLDEST_NODE:
        sys.stdout.write('Prism is not installed: it needs npm and Node %d.%d.%d or newer.\n' % OLDEST_NODE)
        return
    # No package has an install script today; if one gets one, it must not run.
    options = ['--prefix', directory, '--ignore-scripts', '--no-audit', '--no-fund']
    try:
        subprocess.check_call([npm, 'install'] + options + PACKAGES, timeout=TIMEOUT)
    except subprocess.TimeoutExpired:
        sys.exit('npm did not install Prism within %d seconds; see its log in ~/.npm/_logs' % TIMEOUT)


if __name__ == '__main__':
    install(sys.argv[1])
