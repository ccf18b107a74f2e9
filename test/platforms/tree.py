"""A Debian tree with interpreters that this machine does not have."""

import os
import shutil
import subprocess

_SUITE = 'sid'
_DEFAULT_MIRROR = 'http://deb.debian.org/debian'
_DEFAULT_CA_FILE = '/etc/ssl/certs/ca-certificates.crt'

# Where programs in the tree find the CA file of this machine, which may have to trust a proxy.
_CA_FILE = '/etc/ssl/host-ca.pem'

# What pip inside the tree needs to reach the package index as pip outside does.
_PASSED_VARIABLES = ('PIP_INDEX_URL', 'PIP_EXTRA_INDEX_URL', 'PIP_TRUSTED_HOST', 'PIP_DEFAULT_TIMEOUT',
                     'HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'http_proxy', 'https_proxy', 'no_proxy')

# The mounts and processes of one command have their own namespaces, which the kernel removes when the command or this
# process ends, however it ends: no mount can be seen from outside, left behind, or deleted through.
_NAMESPACES = ('setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--pid', '--fork', '--kill-child')
_MOUNTS = """
mount --rbind /dev "$0/dev"
mount -t proc proc "$0/proc"
mount -t tmpfs tmpfs "$0/tmp"
exec chroot "$0" "$@"
"""

# The mirror may be a snapshot, whose index has since expired.
_INSTALL = """
apt() { apt-get -q -o Acquire::Check-Valid-Until=false "$@"; }
dpkg --status "$@" > /dev/null 2>&1 || { apt update; apt -y install --no-install-recommends "$@"; }
"""


def missing_requirement():
    """Return why this machine cannot make and enter a tree, or ``None`` if it can."""
    if not hasattr(os, 'geteuid') or os.geteuid() != 0:
        return 'needs root, for chroot and mount'
    if not shutil.which('debootstrap') and not shutil.which('apt-get'):
        return 'needs debootstrap, or Debian to install it'
    if not shutil.which('setpriv') or subprocess.call(_NAMESPACES + ('true',), stderr=subprocess.DEVNULL) != 0:
        return 'needs the right to make mount and process namespaces (unshare)'
    return None


class Tree(object):
    """A Debian sid tree in a directory, made once and then reused.

    :param str path: the directory.
    :param str architecture: Debian's name for the architecture, such as ``'amd64'``.
    :param packages: the Debian packages that it needs besides the base system.
    """

    def __init__(self, path, architecture, packages):
        self.path = os.path.abspath(path)
        self._architecture = architecture
        self._packages = sorted(packages)

    def make(self):
        """Make the tree, or install the packages that the tree of an earlier run lacks."""
        if not os.path.isdir(self.path):
            self._bootstrap()
        for path in ('/etc/hosts', '/etc/resolv.conf'):
            shutil.copyfile(path, self.inside(path))
        shutil.copyfile(os.environ.get('PIP_CERT') or os.environ.get('SSL_CERT_FILE') or _DEFAULT_CA_FILE,
                        self.inside(_CA_FILE))
        self.run(_INSTALL, *self._packages)

    def remove(self):
        """Remove the tree."""
        for path in (self.path, self._unfinished):
            if os.path.isdir(path):
                shutil.rmtree(path)

    def inside(self, path):
        """Return the path outside the tree for an absolute path in it."""
        return os.path.join(self.path, path.lstrip('/'))

    def run(self, script, *arguments, **options):
        """Run a shell script in the tree, with ``/proc``, ``/dev`` and a ``/tmp`` of its own.

        :param str script: the script; the first command that fails ends it.
        :param arguments: the arguments of the script.
        :param options: see :func:`subprocess.run`.
        :raises subprocess.CalledProcessError: if it fails, unless ``check`` is false.
        """
        environment = {name: os.environ[name] for name in _PASSED_VARIABLES if name in os.environ}
        environment.update(
            HOME='/root', LANG='C.UTF-8', PATH='/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
            DEBIAN_FRONTEND='noninteractive', PIP_CERT=_CA_FILE, PIP_DISABLE_PIP_VERSION_CHECK='1',
            PIP_ROOT_USER_ACTION='ignore')
        command = _NAMESPACES + ('sh', '-euc', _MOUNTS, self.path, 'sh', '-euc', script, 'sh') + arguments
        return subprocess.run(command, env=environment, **dict({'check': True}, **options))

    @property
    def _unfinished(self):
        return self.path + '.unfinished'

    def _bootstrap(self):
        self.remove()
        if not shutil.which('debootstrap'):
            subprocess.run('apt-get -q update && apt-get -qy install debootstrap', shell=True, check=True)
        os.makedirs(self._unfinished)
        # In namespaces, since debootstrap mounts too.
        subprocess.run(_NAMESPACES + (
            'debootstrap', '--variant=minbase', '--arch=' + self._architecture,
            '--include=' + ','.join(self._packages), _SUITE, self._unfinished, _mirror()), check=True)
        # Only a complete tree gets the name that later runs look for.
        os.rename(self._unfinished, self.path)


def _mirror():
    """Return the Debian mirror that apt uses on this machine."""
    listed = subprocess.run(
        ['apt-get', 'indextargets', '--format', '$(REPO_URI)', 'Origin: Debian', 'Label: Debian'],
        stdout=subprocess.PIPE, universal_newlines=True)
    return next(iter(listed.stdout.split()), _DEFAULT_MIRROR)
