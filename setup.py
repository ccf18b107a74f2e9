"""Build and install the distribution `cloudsmith-api`."""
import io
import os
import re
import runpy
import shutil

from setuptools import find_packages, setup
from setuptools.command.build_py import build_py

ROOT = os.path.dirname(os.path.abspath(__file__))


def read_text(*path):
    """Return the text of a file of this project."""
    with io.open(os.path.join(ROOT, *path), encoding='utf-8') as source:
        return source.read()


def long_description():
    """Return README.md with the names of files in place of links to them, which a package index could not resolve."""
    text = re.sub(r'\[([^][]+)\]\((?!https?:)([^)#]+)[^)]*\)', r'\1 (`\2`)', read_text('README.md'))
    return text + '\nThe files that this page names are in the source distribution.\n'


def install_requirements():
    """Return the requirements in requirements.txt, without comments."""
    lines = (line.strip() for line in read_text('requirements.txt').splitlines())
    return [line for line in lines if line and not line.startswith('#')]


class CleanBuild(build_py):
    """Build the package without modules of an earlier build, which setuptools would install again."""

    def run(self):
        """Remove the earlier build, and build the package."""
        # Not build_lib: the option --build-lib can set it to any folder.
        earlier = self.get_finalized_command('build').build_purelib
        # setuptools 64 and later also run this for an editable installation, which copies nothing.
        if os.path.isdir(earlier) and not getattr(self, 'editable_mode', False):
            shutil.rmtree(earlier)
        build_py.run(self)


setup(
    name='cloudsmith-api',
    # Not imported: importing the package needs its dependencies, which are not installed yet.
    version=runpy.run_path(os.path.join(ROOT, 'cloudsmith_api', 'version.py'))['__version__'],
    description='Python client for the Cloudsmith User API',
    long_description=long_description(),
    long_description_content_type='text/markdown',
    author='the cloudsmith_api authors',
    license='MIT',
    project_urls={'Documentation of the service': 'https://help.cloudsmith.io/'},
    keywords=['cloudsmith', 'api', 'client', 'user', 'two-factor'],
    classifiers=[
        'Development Status :: 5 - Production/Stable',
        'Framework :: Pytest',
        'Intended Audience :: Developers',
        'Operating System :: OS Independent',
        'Programming Language :: Python',
        'Programming Language :: Python :: 2',
        'Programming Language :: Python :: 2.7',
        'Programming Language :: Python :: 3',
        'Programming Language :: Python :: 3.6',
        'Programming Language :: Python :: 3.7',
        'Programming Language :: Python :: 3.8',
        'Programming Language :: Python :: 3.9',
        'Programming Language :: Python :: 3.10',
        'Programming Language :: Python :: 3.11',
        'Programming Language :: Python :: 3.12',
        'Programming Language :: Python :: 3.13',
        'Programming Language :: Python :: 3.14',
        'Programming Language :: Python :: 3.15',
        'Programming Language :: Python :: Implementation :: CPython',
        'Programming Language :: Python :: Implementation :: PyPy',
        'Topic :: Internet :: WWW/HTTP',
        'Topic :: Software Development :: Libraries :: Python Modules',
        'Typing :: Typed',
    ],
    packages=find_packages(include=['cloudsmith_api', 'cloudsmith_api.*', 'pytest_cloudsmith_api']),
    entry_points={'pytest11': ['pytest_cloudsmith_api = pytest_cloudsmith_api']},
    package_data={'': ['py.typed', '*.pyi']},
    zip_safe=False,
    cmdclass={'build_py': CleanBuild},
    python_requires='>=2.7, !=3.0.*, !=3.1.*, !=3.2.*, !=3.3.*, !=3.4.*, !=3.5.*',
    install_requires=install_requirements(),
    extras_require={'socks': ['PySocks>=1.5.6']},
    # Every setuptools release supports `python_tag`; the older option, `universal`, is deprecated.
    options={'bdist_wheel': {'python_tag': 'py2.py3'}},
)
