"""Install Prism from the npm registry into a folder, if there is a Node that runs it: ``install.py FOLDER``."""

import shutil
import subprocess
import sys

# The last Prism that runs on Node 18 and 20, and those of its parts for which it would take newer versions.
PACKAGES = ['@stoplight/prism-cli@5.14.2', '@stoplight/prism-core@5.8.0', '@stoplight/prism-http@5.12.0',
            '@stoplight/prism-http-server@5.12.2']
OLDEST_NODE = (18, 20, 1)

# Half a minute is usual. A registry that cannot be reached, or not be trusted, npm asks over and over.
MOST_SECONDS = 300


def node_version():
    """Give the version of the Node on the PATH as a tuple, an empty one if there is none."""
    node = shutil.which('node')
    said = subprocess.check_output([node, '--version']).decode('ascii') if node else ''
    return tuple(int(number) for number in said.strip().lstrip('v').split('.') if number)


def install(folder):
    """Install Prism, or say what it lacks."""
    npm = shutil.which('npm')
    if npm is None or node_version() < OLDEST_NODE:
        sys.stdout.write('Prism is not installed: it needs npm and Node %d.%d.%d or newer.\n' % OLDEST_NODE)
        return
    # Nothing of what is installed has a script to run; should that change, it would not be asked for.
    options = ['--prefix', folder, '--ignore-scripts', '--no-audit', '--no-fund']
    try:
        subprocess.check_call([npm, 'install'] + options + PACKAGES, timeout=MOST_SECONDS)
    except subprocess.TimeoutExpired:
        sys.exit('npm has not installed Prism within %d seconds; why, its log says (~/.npm/_logs)' % MOST_SECONDS)


if __name__ == '__main__':
    install(sys.argv[1])
